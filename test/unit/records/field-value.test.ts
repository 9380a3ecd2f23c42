import { describe, expect, test } from 'vitest';
import {
  addEntries,
  addScope,
  customerIdOf,
  instantOf,
  listOf,
  numberOf,
  pastInstantOf,
  recordInstant,
  textOf,
} from '../../../src/records/field-value.ts';
import { RECORD_TIME } from '../../fixtures/records/records.ts';

const LIMITS = { textLengthMax: 8, itemsMax: 2, attributesMax: 3 };
const DAY = 86_400_000;

describe('a customer id', () => {
  test.each([
    ['42', '42'],
    [42, '42'],
    [42n, '42'],
    [-0, '0'],
    ['042', '042'],
    [' a ', ' a '],
    ['Ann', 'Ann'],
    ['', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('%o becomes %o', (raw, expected) => {
    expect(customerIdOf(raw, LIMITS)).toBe(expected);
  });

  test('that is a long beyond 2^53 keeps every digit', () => {
    expect(customerIdOf(9_007_199_254_740_993n, { ...LIMITS, textLengthMax: 20 })).toBe('9007199254740993');
  });

  test.each([
    1.5,
    Number.POSITIVE_INFINITY,
    Number.NaN,
    2 ** 53,
    true,
    {},
    ['a'],
    Buffer.from('a'),
    'a\uFFFD',
    '\uDC00',
    '123456789',
  ])('%o is refused', (raw) => {
    expect(() => customerIdOf(raw, LIMITS)).toThrow(/^customerId /);
  });
});

describe('a text', () => {
  test.each([
    ['a', 'a'],
    [1.5, '1.5'],
    [true, 'true'],
    [7n, '7'],
    ['', undefined],
    [null, undefined],
  ])('%o becomes %o', (raw, expected) => {
    expect(textOf('sender', raw, LIMITS)).toBe(expected);
  });

  test('says what is wrong without the value', () => {
    expect(() => textOf('sender', { secret: 1 }, LIMITS)).toThrow(/^sender is an object, not text$/);
    expect(() => textOf('sender', 'confidential', LIMITS)).toThrow(
      /^sender has 12 characters, at most 8 are read$/,
    );
  });
});

describe('a list', () => {
  test.each([
    [
      ['a', 1],
      ['a', '1'],
    ],
    ['a', ['a']],
    [['a', null, ''], 'has 3 items'],
    [[null, ''], []],
    [null, []],
    [[['a']], 'is a list'],
    [Buffer.from('a'), 'is bytes'],
  ])('%o gives %o', (raw, expected) => {
    if (typeof expected === 'string') expect(() => listOf('topics', raw, LIMITS)).toThrow(expected);
    else expect(listOf('topics', raw, LIMITS)).toEqual(expected);
  });
});

describe('a number', () => {
  test.each([
    [3, 3],
    ['2.5', 2.5],
    [4n, 4],
    ['', undefined],
    [null, undefined],
  ])('%o becomes %o', (raw, expected) => {
    expect(numberOf('rank', raw)).toBe(expected);
  });

  test.each(['x', true, {}, Number.POSITIVE_INFINITY, 'Infinity', Number.NaN])('%o is refused', (raw) => {
    expect(() => numberOf('rank', raw)).toThrow(/^rank is .*, not a finite number$/);
  });
});

describe('an instant', () => {
  test.each([
    [1_700_000_000_123, 1, 1_700_000_000_123],
    [1_700_000_000_123n, 1, 1_700_000_000_123],
    [1_700_000_000.5, 1_000, 1_700_000_000_500],
    ['1700000000', 1_000, 1_700_000_000_000],
    ['2023-11-14T22:13:20Z', 1, 1_700_000_000_000],
    ['2023-11-14T22:13:20Z', 1_000, 1_700_000_000_000],
    ['2023-11-14T23:13:20.123456+01:00', 1, 1_700_000_000_123],
    ['2023-11-14T23:13:20+0100', 1, 1_700_000_000_000],
    ['2023-11-14T22:13Z', 1, 1_699_999_980_000],
    ['2023-11-14', 1, 1_699_920_000_000],
    ['', 1, undefined],
    [null, 1, undefined],
  ])('%o in units of %d ms is %o', (raw, unitMs, expected) => {
    expect(instantOf('until', raw, unitMs)).toBe(expected);
  });

  test.each(['2023-11-14T22:13:20', 'yesterday', '14.11.2023', '2023-13-01', true, {}, Number.NaN, -1, '-5'])(
    '%o is refused',
    (raw) => {
      expect(() => instantOf('until', raw, 1)).toThrow(/^until /);
    },
  );

  test('that ends after the year 9999 never ends', () => {
    expect(instantOf('until', 253_402_300_799_999, 1)).toBe(253_402_300_799_999);
    expect(instantOf('until', 253_402_300_800_000, 1)).toBeUndefined();
    expect(instantOf('until', 2n ** 63n - 1n, 1)).toBeUndefined();
  });
});

describe('a fact', () => {
  test('may be dated up to a day after its record', () => {
    expect(pastInstantOf('createdAt', RECORD_TIME + DAY, 1, RECORD_TIME)).toBe(RECORD_TIME + DAY);
    expect(() => pastInstantOf('createdAt', RECORD_TIME + DAY + 1, 1, RECORD_TIME)).toThrow(
      /more than a day/,
    );
  });

  test('is dated before 2100 whatever its record says', () => {
    const end = Date.UTC(2100, 0, 1);
    expect(pastInstantOf('createdAt', end - 1, 1, -1)).toBe(end - 1);
    expect(() => pastInstantOf('createdAt', end, 1, -1)).toThrow('createdAt lies after 2100');
    expect(() => pastInstantOf('createdAt', end, 1, Date.UTC(9999, 0, 1))).toThrow(
      'createdAt lies after 2100',
    );
    expect(() => pastInstantOf('createdAt', -1, 1, RECORD_TIME)).toThrow('createdAt lies before 1970');
  });

  test('without a date of its own needs a record with one', () => {
    expect(recordInstant('createdAt', RECORD_TIME)).toBe(RECORD_TIME);
    expect(() => recordInstant('createdAt', -1)).toThrow(/record's own time.* before 1970/);
    expect(() => recordInstant('createdAt', Date.UTC(9999, 0, 1))).toThrow(/after 2100/);
  });
});

describe('entries', () => {
  test('leave out what is no scalar, too long, or has a reserved name', () => {
    const entries: Record<string, string> = Object.create(null);
    addEntries(entries, 'labels', { a: 1, b: null }, LIMITS);
    addEntries(entries, 'labels', { c: { d: 1 }, e: 'too long to keep' }, LIMITS);
    addEntries(
      entries,
      'labels',
      new Map([
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ]),
      LIMITS,
    );
    expect(Object.entries(entries)).toEqual([['a', '1']]);
  });

  test('are refused when there are too many', () => {
    const three = { a: 1, b: 2, c: 3 };
    expect(() => addEntries({}, 'labels', three, LIMITS)).toThrow('labels has 3 entries, at most 2 are read');
    expect(() => addEntries({}, 'attributes', three, LIMITS)).not.toThrow();
    expect(() => addEntries({}, 'attributes', { ...three, d: 4 }, LIMITS)).toThrow(
      'attributes has 4 entries',
    );
    expect(() => addEntries({}, 'labels', ['a'], LIMITS)).toThrow('labels is a list, not an object');
  });
});

describe('a scope', () => {
  test('takes a value or a list for each field, and passes over null', () => {
    const scope = {};
    addScope(scope, { channel: 'email', topic: ['a', 'b'], brand: null }, { ...LIMITS, itemsMax: 3 });
    expect(scope).toEqual({ channel: ['email'], topic: ['a', 'b'] });
  });

  test('is refused rather than widened by a field that it cannot have', () => {
    expect(() => addScope({}, { brand: 'acme' }, LIMITS)).toThrow('an opt-out cannot be limited to');
  });
});
