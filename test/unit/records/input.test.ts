import { describe, expect, test } from 'vitest';
import { inputSchema, inputsSchema } from '../../../src/records/input.ts';

const outbound = { topic: 'requested', kind: 'outbound' };
const map = { customerId: 'person.crm.id', channel: 'chan' };

function problems(value: unknown): string[] {
  const result = inputSchema.safeParse(value);
  return (result.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('an input', () => {
  test('has defaults for all but topic and kind', () => {
    expect(inputSchema.parse(outbound)).toEqual({ ...outbound, governed: true, start: 'earliest' });
  });

  test('maps from paths, headers, the key and constants', () => {
    const full = {
      customerId: { key: true, as: 'int64' },
      channel: { path: 'chan', values: { E: 'email' } },
      createdAt: { header: 'ts', unit: 's' },
      campaignId: { path: ['a.b', 'c'] },
      sender: { constant: 'acme' },
      'labels.brand': 'brand',
      messageId: { key: 'message.id' },
    };
    expect(problems({ ...outbound, map: full })).toEqual([]);
  });

  test.each([
    ['an unknown key', { ...outbound, fromat: 'json' }, /Unrecognized key: "fromat"/],
    ['an illegal topic', { ...outbound, topic: 'a b' }, /^topic: must be a topic name/],
    [
      'a field that is not ours',
      { ...outbound, map: { ...map, customer: 'x' } },
      /^map.customer: is no field of ours; there are messageId, /,
    ],
    [
      'a map without a customer',
      { ...outbound, map: { channel: 'c' } },
      /^map: must say where customerId is/,
    ],
    ['a map without a channel', { ...outbound, map: { customerId: 'c' } }, /^map: must say where channel is/],
    [
      'a map without a type',
      { ...outbound, kind: 'interaction', map: { customerId: 'c' } },
      /^map: must say where type is/,
    ],
    [
      'an empty name in a path',
      { ...outbound, map: { ...map, sender: 'a..b' } },
      /^map.sender: must be a path/,
    ],
    [
      'two places at once',
      { ...outbound, map: { ...map, sender: { path: 'a', header: 'b' } } },
      /^map.sender: must be a path/,
    ],
    [
      'a unit of something else',
      { ...outbound, map: { ...map, sender: { path: 'a', unit: 's' } } },
      /^map.sender.unit: is for instants/,
    ],
    [
      'an entry of a field without any',
      { ...outbound, map: { ...map, 'sender.x': 'a' } },
      /^map.sender.x: is no field of ours/,
    ],
    [
      'a scope that no opt-out can have',
      { topic: 't', kind: 'interaction', map: { customerId: 'c', type: 't', 'scope.brand': 'a' } },
      /^map.scope.brand: is no field/,
    ],
    [
      'a name of an ordinary object',
      { ...outbound, map: { ...map, constructor: 'a' } },
      /^map.constructor: is no field/,
    ],
    ['a source of messages', { ...outbound, source: 'x' }, /^source: is for interactions/],
    [
      'a cleared topic of interactions',
      { topic: 't', kind: 'interaction', cleared: 'x' },
      /^cleared: is for outbound/,
    ],
    [
      'a schema id that is none',
      { ...outbound, schemas: { ids: { x: 'f' } } },
      /must be a schema id|Invalid key/,
    ],
  ])('is refused for %s', (_, value, expected) => {
    expect(problems(value)).toContainEqual(expect.stringMatching(expected));
  });

  test('is the only one with its topic', () => {
    const result = inputsSchema.safeParse([outbound, { ...outbound, kind: 'interaction' }]);
    expect(result.error?.issues).toMatchObject([
      { path: [1, 'topic'], message: 'is the second input with this topic' },
    ]);
    expect(inputsSchema.safeParse([]).success).toBe(false);
  });
});
