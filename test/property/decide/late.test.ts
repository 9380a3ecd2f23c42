import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold } from '../../../src/decide/fold.ts';
import { DAY, HOUR } from '../../../src/kernel/time.ts';
import { type CustomerState, emptyState } from '../../../src/model/customer-state.ts';
import type { Interaction } from '../../../src/model/interaction.ts';
import { interaction, NOON, policyWith, send } from '../../unit/decide/build.ts';

const policy = policyWith(`[
  { id: adults, for: { 'attribute:age': adult }, gap: 1h },
  { id: rich, for: { 'attribute:income': high }, gap: 1h },
  { id: wishes, preference: {} } ]`);

/** Everything said has a time of its own, so that only the order of arrival differs. */
function inAnyOrder(said: fc.Arbitrary<Partial<Interaction> & Pick<Interaction, 'type'>>) {
  return fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 40 }), said), { maxLength: 6, selector: ([at]) => at })
    .chain((list) => {
      const dated = list.map(([hours, { type, ...fields }]) =>
        interaction(type, { ...fields, occurredAt: NOON - hours * HOUR }),
      );
      const shuffled = fc.shuffledSubarray(dated, { minLength: dated.length });
      return fc.tuple(shuffled, shuffled);
    });
}

function folded(
  said: readonly Interaction[],
  start: CustomerState = emptyState(NOON - 9 * DAY),
): CustomerState {
  return said.reduce((state, each) => fold(policy, state, each, NOON), start);
}

const zone = fc.constantFrom('Europe/Berlin', 'Asia/Tokyo', 'America/New_York');
const context = fc.oneof(
  fc.record({ type: fc.constantFrom('delivered' as const, 'opened' as const), timezone: zone }),
  fc.record({
    type: fc.constant('profile-updated' as const),
    attributes: fc.constantFrom<Record<string, string>>(
      { age: 'adult' },
      { age: 'minor', income: 'high' },
      { income: 'low' },
    ),
  }),
  fc.record({
    type: fc.constant('busy' as const),
    until: fc.integer({ min: 1, max: 9 }).map((hours) => NOON + hours * HOUR),
  }),
  fc.record({
    type: fc.constant('preferences-updated' as const),
    preferences: fc.constantFrom(
      { days: [1] },
      { days: [2, 3], declinedTopics: ['news'] },
      { declinedTopics: [] },
    ),
  }),
);

test('what is known of a customer does not depend on the order in which it came in', () => {
  fc.assert(
    fc.property(inAnyOrder(context), ([one, other]) => {
      expect(folded(one)).toEqual(folded(other));
    }),
    { numRuns: 1_000 },
  );
});

const statement = fc.record({
  type: fc.constantFrom('consent-granted' as const, 'consent-pending' as const, 'consent-withdrawn' as const),
  terms: fc.constantFrom('v1', 'v2'),
});

test('what a source said of consent does not depend on the order in which it came in, pending or not', () => {
  fc.assert(
    fc.property(inAnyOrder(statement), ([one, other]) => {
      const { consents } = folded(one);
      expect(consents).toEqual(folded(other).consents);
      const definite = one.filter(({ type }) => type !== 'consent-pending');
      const counts = definite.length > 0 ? definite : one;
      const last = counts.reduce<Interaction | undefined>(
        (late, each) => (late && late.occurredAt > each.occurredAt ? late : each),
        undefined,
      );
      expect(consents.map(({ at }) => at)).toEqual(last ? [last.occurredAt] : []);
    }),
    { numRuns: 1_000 },
  );
});

const fate = fc.record({
  type: fc.constantFrom('bounced' as const, 'failed' as const, 'delivered' as const, 'clicked' as const),
  messageId: fc.constant('m'),
});

test('a send counts unless the last that was said of it, from its first return on, is that it came back', () => {
  fc.assert(
    fc.property(inAnyOrder(fate), ([said]) => {
      const start = { ...emptyState(NOON - 9 * DAY), sends: [send(NOON - 2 * DAY, { messageId: 'm' })] };
      const isReturn = ({ type }: Interaction) => type === 'bounced' || type === 'failed';
      // Of what came before the first return nothing is remembered.
      const told = said.slice(said.findIndex(isReturn));
      const last = told.reduce<Interaction | undefined>(
        (late, each) => (late && late.occurredAt > each.occurredAt ? late : each),
        undefined,
      );
      const returned = said.some(isReturn) && last !== undefined && isReturn(last);
      expect(folded(said, start).sends[0]?.returned).toBe(returned);
    }),
    { numRuns: 1_000 },
  );
});
