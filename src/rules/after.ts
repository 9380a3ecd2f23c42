import type { Duration, Instant } from '../kernel/time.ts';
import { cutOf, spanStart } from '../model/calendar.ts';
import { EVENTS_MAX } from '../model/customer-state.ts';
import type { Finding } from '../model/decision.ts';
import { conditionsOf } from '../model/selector.ts';
import { type Clocks, zoneOf } from '../model/window.ts';
import { instantText } from './events/evidence.ts';
import { breakingTypes, lastFired } from './events/trigger.ts';
import {
  type After,
  afterSchema,
  longestRest,
  type Rest,
  type WrittenAfter,
} from './events/written-after.ts';
import type { EventField, EventNeed, Facts, RuleKind } from './rule-kind.ts';
import { EVENT_FIELDS } from './rule-kind.ts';

/** Something happened after which such messages rest: from it on, until its end, which is not included. */
export const after: RuleKind<WrittenAfter> = {
  schema: afterSchema,
  exemption: 'after',
  counting: false,
  atTop: false,
  deferrable: true,
  reads: ({ trigger }) => (trigger.kind === 'cleared' ? { selectors: [trigger.selector] } : {}),
  remembers: ({ spec }) => needsOf(spec),
  evaluate(rule, facts) {
    const { spec, id } = rule;
    // Later triggers never end before earlier ones.
    const fired = lastFired(spec, facts);
    const end = fired && endOf(spec.suppress, fired.at, facts);
    if (fired === undefined || (end !== undefined && end <= facts.now)) {
      return { rule: id, kind: 'after', verdict: 'allows', reason: 'cleared' };
    }
    const { type, at } = fired;
    const finding: Finding = {
      rule: id,
      kind: 'after',
      verdict: 'blocks',
      reason: 'after-event',
      evidence: { event: type, at: instantText(at), count: String(spec.count) },
    };
    return end === undefined ? finding : { ...finding, nextEligibleAt: end };
  },
};

/** Undefined = never. */
function endOf(rest: Rest, at: Instant, facts: Facts): Instant | undefined {
  switch (rest.kind) {
    case 'span':
      return at + rest.duration;
    case 'days':
      return spanStart(cutOf('day'), zoneOf(rest.zone, clocksOf(facts)), at, rest.days);
    case 'for-good':
      return undefined;
  }
}

function clocksOf({ state, timezone }: Facts): Clocks {
  return { customer: state.timezone, policy: timezone };
}

function needsOf(after: After): EventNeed[] {
  const { trigger, match, until, inARow } = after;
  const count = countOf(after);
  const kept = keptFor(after);
  const common = { ...(kept !== undefined && { for: kept }), fields: match.fields, labels: [] };
  const ends = until.map((type) => ({ ...common, type, count: 1 }));
  const breaks = inARow ? breakingTypes(after).map((type) => ({ ...common, type, count })) : [];
  if (trigger.kind === 'cleared') return [...ends, ...breaks];
  const conditions = [...conditionsOf(trigger.where)];
  const labels = conditions.flatMap((each) => (each.kind === 'label' ? [each.name] : []));
  const asked = conditions.flatMap((each) => (each.kind === 'field' ? [each.field] : []));
  const fields: readonly EventField[] = EVENT_FIELDS.filter(
    (field) => match.fields.includes(field) || asked.includes(field),
  );
  return [...trigger.types.map((type) => ({ ...common, type, count, fields, labels })), ...ends, ...breaks];
}

/** How long a trigger matters; undefined = for good. */
function keptFor({ suppress, count, within }: After): Duration | undefined {
  const longest = longestRest(suppress);
  return longest === undefined || count === 1 ? longest : longest + within;
}

/**
 * So many of the latest triggers show the last one that was enough: after it, and while it stands, fewer than `count` lie
 * in every `within`. Where breaks let triggers not count, or they stand for good, there may be any number of them.
 */
function countOf({ suppress, count, within, inARow }: After): number {
  if (count === 1) return 1;
  const longest = longestRest(suppress);
  if (longest === undefined || inARow) return EVENTS_MAX;
  return Math.min(count + (count - 1) * Math.ceil(longest / within), EVENTS_MAX);
}
