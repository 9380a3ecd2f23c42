import { describe, expect, test } from 'vitest';
import { covers, type Selector, type Subject, selects } from '../../../src/model/selector.ts';

const subject: Subject = {
  channel: 'email',
  class: 'marketing',
  categories: ['shoes/running'],
  products: [],
  topics: ['news'],
  labels: { theme: 'sale' },
};
const field = (
  name: 'channel' | 'class' | 'category' | 'campaign' | 'sender' | 'topic',
  ...values: string[]
) => ({ kind: 'field', field: name, values }) as const;
const chosen = (...selector: Selector) => selects(selector, subject, { country: 'DE' });

describe('a selector', () => {
  test('without conditions selects everything', () => {
    expect(chosen()).toBe(true);
  });

  test('needs every condition, each by one of its values', () => {
    expect(chosen(field('channel', 'sms', 'email'), field('class', 'marketing'))).toBe(true);
    expect(chosen(field('channel', 'sms', 'email'), field('class', 'service'))).toBe(false);
  });

  test('finds no value in a field that is absent', () => {
    expect(chosen(field('campaign', 'spring'))).toBe(false);
    expect(chosen({ kind: 'not', of: [field('campaign', 'spring')] })).toBe(true);
  });

  test('looks at labels of the message and at attributes of the customer', () => {
    expect(chosen({ kind: 'label', name: 'theme', values: ['sale'] })).toBe(true);
    expect(chosen({ kind: 'label', name: 'constructor', values: ['sale'] })).toBe(false);
    expect(chosen({ kind: 'attribute', name: 'country', values: ['DE', 'AT'] })).toBe(true);
    expect(chosen({ kind: 'attribute', name: 'country', values: ['FR'] })).toBe(false);
  });

  test('selects by any of several, and by none of them', () => {
    const either = { kind: 'any', of: [[field('channel', 'sms')], [field('topic', 'news')]] } as const;
    expect(chosen(either)).toBe(true);
    expect(chosen({ kind: 'not', of: [either] })).toBe(false);
  });
});

describe('a category', () => {
  test('covers itself and what is below it', () => {
    expect(covers('shoes', 'shoes')).toBe(true);
    expect(covers('shoes', 'shoes/running')).toBe(true);
    expect(chosen(field('category', 'shoes'))).toBe(true);
  });

  test('covers neither its parent nor a longer word', () => {
    expect(covers('shoes/running', 'shoes')).toBe(false);
    expect(covers('shoe', 'shoes/running')).toBe(false);
  });
});
