import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SCOPE_FIELDS } from '../../../src/model/scope.ts';
import { STOP_MODES, type Stop } from '../../../src/model/stop.ts';
import { readStop, stopKey, stopRecord } from '../../../src/records/control-codec.ts';

const valuesArbitrary = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20 }), {
  minLength: 1,
  maxLength: 3,
});
const scopeArbitrary = fc
  .uniqueArray(fc.constantFrom(...SCOPE_FIELDS))
  .chain((fields) => fc.record(Object.fromEntries(fields.map((field) => [field, valuesArbitrary]))));
const stopArbitrary: fc.Arbitrary<Stop> = fc.record(
  {
    scope: scopeArbitrary,
    mode: fc.constantFrom(...STOP_MODES),
    at: fc.nat(),
    by: fc.string({ maxLength: 50 }),
    because: fc.string({ maxLength: 200 }),
  },
  { requiredKeys: ['scope', 'mode', 'at'] },
);

it('every stop that is written is read again, and so is its end', () => {
  fc.assert(
    fc.property(stopArbitrary, (stop) => {
      const key = stopKey(stop.scope);
      expect(readStop(stopRecord(stop.scope, stop, 1))).toEqual({ key, stop });
      expect(readStop(stopRecord(stop.scope, null, 1))).toEqual({ key, stop: null });
    }),
  );
});

it('equal scopes have one key, in whatever order they are written', () => {
  expect(stopKey({ sender: ['b', 'a', 'b'], channel: ['push'] })).toBe(
    stopKey({ channel: ['push'], sender: ['a', 'b'] }),
  );
  expect(stopKey({ channel: ['push'] })).not.toBe(stopKey({ channel: ['push'], sender: ['a'] }));
  expect(stopKey({})).toBe('stop:{}');
});

const read = (key: string, value: string | null) =>
  readStop({ key: Buffer.from(key), value: value === null ? null : Buffer.from(value) });

it('records of another kind are passed over', () => {
  expect(read('breaker:spring', '{}')).toBeUndefined();
  expect(readStop({ key: null, value: null })).toBeUndefined();
});

it.each([
  ['no JSON', '{"v":1'],
  ['no object', '[]'],
  ['another version', '{"v":2,"scope":{},"mode":"hold","at":1}'],
  ['no mode', '{"v":1,"scope":{},"at":1}'],
  ['a mode that nobody knows', '{"v":1,"scope":{},"mode":"pause","at":1}'],
  ['no instant', '{"v":1,"scope":{},"mode":"hold","at":"now"}'],
  ['a field that nobody knows', '{"v":1,"scope":{"colour":["red"]},"mode":"hold","at":1}'],
  ['an empty value', '{"v":1,"scope":{"channel":[""]},"mode":"hold","at":1}'],
  ['a scope that is not its key', '{"v":1,"scope":{"channel":["push"]},"mode":"hold","at":1}'],
  [
    'a reason of a thousand letters',
    `{"v":1,"scope":{},"mode":"hold","at":1,"because":"${'x'.repeat(1_000)}"}`,
  ],
])('a stop with %s is malformed', (_, value) => {
  expect(read('stop:{}', value)).toBe('malformed');
});

it('whatever bytes stand there, it says so and does not throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      readStop({ key: Buffer.from('stop:{}'), value: Buffer.from(bytes) });
      readStop({ key: Buffer.from(bytes), value: Buffer.from(bytes) });
    }),
  );
});
