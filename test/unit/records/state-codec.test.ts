import { describe, expect, test } from 'vitest';
import { type CustomerState, emptyState, SENDS_MAX } from '../../../src/model/customer-state.ts';
import { createStateCodec, decodeState, encodeState } from '../../../src/records/state-codec.ts';
import { tactSchemaText } from '../../../src/records/tact-schema.ts';
import { FULL_STATE } from '../../fixtures/records/full-state.ts';
import { long } from '../../fixtures/records/records.ts';

const send = FULL_STATE.sends[0] as CustomerState['sends'][number];

describe('a state', () => {
  test.each<[string, CustomerState]>([
    ['in which nothing is absent', FULL_STATE],
    ['of a new customer', emptyState(1_700_000_000_000)],
    [
      'with an empty list of what was taken back',
      { ...FULL_STATE, optOuts: [{ scope: {}, at: 1, cause: 'erasure', takenBack: [] }] },
    ],
    [
      'with a full log',
      { ...FULL_STATE, sends: Array.from({ length: SENDS_MAX }, (_, i) => ({ ...send, at: i })) },
    ],
  ])('%s comes back as it was', (_, state) => {
    expect(decodeState(encodeState(state))).toEqual(state);
  });

  test('has no names from outside on an ordinary object', () => {
    const { attributes, optOuts } = decodeState(encodeState(FULL_STATE));
    expect(Object.getPrototypeOf(attributes)).toBeNull();
    expect(Object.getPrototypeOf(optOuts[0]?.scope)).toBeNull();
    expect(Object.entries(attributes)).toEqual([
      ['tier', 'gold'],
      ['__proto__', 'x'],
    ]);
  });

  test('is written as a version byte and Avro', () => {
    expect(encodeState(emptyState(1)).toString('hex')).toBe(`03${'0200'.padEnd(50, '0')}`);
  });

  test('is a buffer of its own that the next one does not change', () => {
    const first = encodeState(emptyState(1));
    const copy = Buffer.from(first);
    encodeState(FULL_STATE);
    expect(first).toEqual(copy);
  });
});

describe('bytes that are no state', () => {
  const good = encodeState(FULL_STATE);
  const withStatus = (status: string) =>
    encodeState({ ...FULL_STATE, consents: [{ status: status as 'granted', at: 1, source: '' }] });

  test.each([
    ['nothing', Buffer.alloc(0), /version 0 is unknown/],
    [
      'a version from the future',
      Buffer.concat([Buffer.of(9), good.subarray(1)]),
      /version 9 is unknown; this release reads up to 3/,
    ],
    ['half of one', good.subarray(0, good.length / 2), /ends too early/],
    ['one with something behind it', Buffer.concat([good, Buffer.of(0)]), /bytes follow the value/],
    [
      'two billion consents',
      Buffer.concat([Buffer.of(3, 2, 0, 0, 0), long(2_000_000_000)]),
      /more items than there are bytes/,
    ],
    [
      'two billion consents in a sized block',
      Buffer.concat([Buffer.of(3, 2, 0, 0, 0), long(-2_000_000_000), long(0)]),
      /more items than there are bytes/,
    ],
    ['a status of no known kind', withStatus('maybe'), /a status of no known kind/],
  ])('(%s) are corrupt', (_, bytes, message) => {
    expect(() => decodeState(bytes)).toThrow(
      expect.objectContaining({ code: 'state-corrupt', message: expect.stringMatching(message) }),
    );
  });
});

describe('a state of version 1', () => {
  test('is still read, with nothing that it did not know', () => {
    const first = createStateCodec([tactSchemaText('CustomerState.v1')]);
    const { firstSeenAt, timezone, lastEngagedAt, stops, attributes } = FULL_STATE;
    const optOuts = FULL_STATE.optOuts.map(({ readAt: _, ...optOut }) => optOut);
    const consents = FULL_STATE.consents.map(({ terms: _, ...consent }) => consent);
    const sends = FULL_STATE.sends.map(
      ({ fingerprint: _, purpose: __, products: ___, fateAt: ____, reported: _____, ...each }) => ({
        ...each,
        products: [],
      }),
    );
    const known = { firstSeenAt, timezone, lastEngagedAt, optOuts, stops, attributes, consents, sends };
    const written = first.encode({ ...emptyState(1), ...known });
    expect(written[0]).toBe(1);
    expect(decodeState(written)).toEqual({ ...emptyState(1), ...known });
  });
});

describe('a state of version 2', () => {
  test('is still read, its opt-outs said no later than they were read', () => {
    const second = createStateCodec([tactSchemaText('CustomerState.v1'), tactSchemaText('CustomerState.v2')]);
    const written = second.encode(FULL_STATE);
    expect(written[0]).toBe(2);
    expect(decodeState(written)).toEqual({
      ...FULL_STATE,
      optOuts: FULL_STATE.optOuts.map(({ readAt: _, ...each }) => each),
    });
  });
});

describe('a later version of the schema', () => {
  const later = JSON.parse(tactSchemaText('CustomerState'));
  later.fields.push({ name: 'mood', type: 'string', default: 'calm' });
  later.fields.push({ name: 'secret', type: ['null', 'string'], default: null });
  later.fields
    .find((field: { name: string }) => field.name === 'sends')
    .type.items.fields.push({ name: 'weight', type: 'double', default: 1 });
  const texts = [
    ...[tactSchemaText('CustomerState.v1'), tactSchemaText('CustomerState.v2')],
    ...[tactSchemaText('CustomerState'), JSON.stringify(later)],
  ];

  test('reads what the earlier one wrote, with its defaults', () => {
    const read = createStateCodec(texts).decode(encodeState(FULL_STATE));
    expect(read).toEqual({ ...FULL_STATE, mood: 'calm', sends: [{ ...send, weight: 1 }] });
  });

  test('writes its own number, which the earlier one refuses', () => {
    const bytes = createStateCodec(texts).encode(FULL_STATE);
    expect(bytes[0]).toBe(4);
    expect(() => decodeState(bytes)).toThrow(/version 4 is unknown/);
  });
});
