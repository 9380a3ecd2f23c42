import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TactError } from '../../../src/kernel/errors.ts';
import type { CustomerState } from '../../../src/model/customer-state.ts';
import { INTERACTION_TYPES } from '../../../src/model/interaction.ts';
import { REASONS, type ReasonCode } from '../../../src/model/reason.ts';
import { SCOPE_FIELDS } from '../../../src/model/scope.ts';
import { decodeState, encodeState } from '../../../src/records/state-codec.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
// Far beyond every instant that is read; past 2^52 avsc itself writes longs inexactly.
const instant = fc.integer({ min: -(2 ** 52), max: 2 ** 52 });
const texts = fc.array(text, { maxLength: 3 });
const entries = fc.dictionary(text, text, { maxKeys: 3 });
const scope = fc.dictionary(fc.constantFrom(...SCOPE_FIELDS), texts, { maxKeys: 3 });

/** An object whose optional fields may be absent, never undefined. */
const partly = <A extends object, B extends object>(
  required: { [K in keyof A]: fc.Arbitrary<A[K]> },
  optional: { [K in keyof B]: fc.Arbitrary<B[K]> },
) =>
  fc
    .tuple(fc.record(required), fc.record(optional, { requiredKeys: [] }))
    .map(([there, perhaps]) => ({ ...there, ...perhaps }));

const consent = partly(
  {
    status: fc.constantFrom('granted' as const, 'pending' as const, 'withdrawn' as const),
    at: instant,
    source: text,
  },
  { channel: text, purpose: text, terms: text },
);
const optOut = partly(
  {
    scope,
    at: instant,
    cause: fc.constantFrom('opt-out' as const, 'complaint' as const, 'erasure' as const),
  },
  {
    readAt: instant,
    until: instant,
    takenBack: fc.array(fc.record({ scope, at: instant }), { maxLength: 2 }),
  },
);
const send = partly(
  {
    at: instant,
    channel: text,
    class: text,
    categories: texts,
    products: texts,
    topics: texts,
    labels: entries,
    messageId: text,
    answered: fc.boolean(),
    returned: fc.boolean(),
  },
  { campaignId: text, sender: text, dispatchId: text, place: text, fingerprint: text, purpose: text },
);
const stop = partly(
  {
    at: instant,
    channel: text,
    messageId: text,
    reason: fc.constantFrom(...(Object.keys(REASONS) as ReasonCode[])),
  },
  { campaignId: text, rule: text, nextEligibleAt: instant },
);
const count = fc.integer({ min: 0, max: 1_000_000 });
const tally = partly({ rule: text, bucket: text, weight: count }, { openedAt: instant });
const event = partly(
  {
    type: fc.constantFrom(...INTERACTION_TYPES),
    at: instant,
    categories: texts,
    products: texts,
    labels: entries,
  },
  { channel: text, campaignId: text },
);
const said = <Value>(value: fc.Arbitrary<Value>) =>
  fc.record({ value: fc.array(value, { maxLength: 2 }), at: instant });
const preferences = partly(
  { pauses: fc.array(fc.record({ scope, until: instant, at: instant }), { maxLength: 2 }) },
  {
    limits: said(fc.record({ scope, limit: count, window: count })),
    declinedTopics: said(text),
    wantedTopics: said(text),
    days: said(fc.integer({ min: 1, max: 7 })),
    hours: said(
      fc.record({ from: fc.integer({ min: 0, max: 1440 }), to: fc.integer({ min: 0, max: 1440 }) }),
    ),
  },
);
const waiting = partly(
  {
    source: text,
    messageId: text,
    channel: text,
    class: text,
    categories: texts,
    topics: texts,
    classRank: fc.double({ noNaN: true }),
    rank: fc.double({ noNaN: true }),
    since: instant,
    dueAt: instant,
    reason: fc.constantFrom(...(Object.keys(REASONS) as ReasonCode[])),
  },
  { sender: text, campaignId: text, rule: text },
);
const state = partly(
  {
    firstSeenAt: instant,
    consents: fc.array(consent, { maxLength: 4 }),
    optOuts: fc.array(optOut, { maxLength: 4 }),
    sends: fc.array(send, { maxLength: 12 }),
    forgottenSends: count,
    tallies: fc.array(tally, { maxLength: 3 }),
    events: fc.array(event, { maxLength: 4 }),
    preferences,
    waiting: fc.array(waiting, { maxLength: 3 }),
    stops: fc.array(stop, { maxLength: 10 }),
    attributes: entries,
    attributeTimes: fc.dictionary(text, instant, { maxKeys: 3 }),
    cancellations: fc.array(
      partly({ at: instant, source: text, scope }, { messageId: text, campaignId: text }),
      { maxLength: 3 },
    ),
  },
  {
    timezone: text,
    timezoneAt: instant,
    lastEngagedAt: instant,
    busyUntil: instant,
    busyAt: instant,
    incompleteUntil: instant,
    tier: fc.record({ id: text, since: instant }),
  },
) as fc.Arbitrary<CustomerState>;

describe('the state codec', () => {
  test('gives back any state as it was', () => {
    fc.assert(
      fc.property(state, (value) => {
        expect(decodeState(encodeState(value))).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  test('gives a state or state-corrupt for any bytes', () => {
    const noise = fc.uint8Array({ maxLength: 100 }).map((array) => Buffer.from([1, ...array]));
    const spoilt = fc.tuple(state, fc.nat(), fc.nat(255)).map(([value, at, to]) => {
      const bytes = encodeState(value);
      bytes[at % bytes.length] = to;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(noise, spoilt), (bytes) => {
        try {
          expect(decodeState(bytes).sends).toBeInstanceOf(Array);
        } catch (error) {
          expect(error).toBeInstanceOf(TactError);
          expect(error).toMatchObject({ code: 'state-corrupt' });
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
