import type { Instant } from '../kernel/time.ts';
import { formatDuration } from '../kernel/time.ts';
import { type CustomerEvent, RETENTION, type Send } from '../model/customer-state.ts';
import type { Finding } from '../model/decision.ts';
import { ANSWER_TYPES } from '../model/interaction.ts';
import { covers, selects } from '../model/selector.ts';
import { lastTimeOf } from './events/event.ts';
import { instantText } from './events/evidence.ts';
import { isLike } from './events/match.ts';
import { type Unanswered, unansweredSchema, type WrittenUnanswered } from './events/written-unanswered.ts';
import { type Bucket, bucketsOf, isInBucket } from './limits/bucket.ts';
import type { Facts, RuleKind, RuleOf } from './rule-kind.ts';

const NEVER = Number.NEGATIVE_INFINITY;

/** So many messages in a row were not answered: a pause after the last of them, or fewer messages. */
export const unanswered: RuleKind<WrittenUnanswered> = {
  schema: unansweredSchema,
  exemption: 'unanswered',
  counting: true,
  atTop: false,
  deferrable: true,
  scores: true,
  remembers: ({ spec: { answers, fields } }) =>
    answers.map((type) => ({ type, for: RETENTION, count: 1, fields, labels: [] })),
  evaluate(rule, facts) {
    let binding: Row | undefined;
    for (const bucket of bucketsOf(rule.spec.split, facts.message)) {
      const row = rowOf(rule, facts, bucket);
      if (binding === undefined || row.restUntil > binding.restUntil || isLonger(row, binding)) binding = row;
    }
    return binding && findingOf(rule, facts, binding);
  },
};

/** What one bucket holds. */
interface Row {
  /** How many messages in a row were not answered. */
  readonly count: number;
  /** When the last of them went out; undefined for an empty row. */
  readonly lastAt: Instant | undefined;
  /** When the rest is over; minus infinity when there is none. */
  readonly restUntil: Instant;
}

function isLonger(one: Row, other: Row): boolean {
  return one.restUntil === other.restUntil && one.count > other.count;
}

function findingOf(rule: RuleOf<Unanswered>, facts: Facts, { count, lastAt, restUntil }: Row): Finding {
  const { messages, within } = rule.spec;
  const { now } = facts;
  const blocks = restUntil > now;
  return {
    rule: rule.id,
    kind: 'unanswered',
    verdict: blocks ? 'blocks' : 'allows',
    reason: blocks ? 'unanswered' : 'cleared',
    count,
    limit: messages,
    windowStart: now - within + 1,
    window: formatDuration(within),
    ...(lastAt !== undefined && { evidence: { last: instantText(lastAt), rest: restText(rule.spec) } }),
    ...(blocks && { nextEligibleAt: restUntil }),
  };
}

function restText({ rest }: Unanswered): string {
  return rest.kind === 'pause'
    ? formatDuration(rest.pause)
    : `${rest.limit} in ${formatDuration(rest.window)}`;
}

function rowOf(rule: RuleOf<Unanswered>, facts: Facts, bucket: Bucket): Row {
  const { spec } = rule;
  const { state, now } = facts;
  const { messages, within } = spec;
  const counted = state.sends.filter(
    (send) => !send.returned && selects(rule.counts, send, state.attributes) && isInBucket(bucket, send),
  );
  const row = sinceAnswer(
    spec,
    facts,
    bucket,
    counted.filter(({ at }) => at > now - within),
  );
  // From here on fewer than `messages` are looked at.
  const shrinksAt = (row.at(-messages)?.at ?? NEVER) + within;
  return {
    count: row.length,
    lastAt: row.at(-1)?.at,
    restUntil: Math.min(shrinksAt, restEnds(spec, row, counted)),
  };
}

/** What came after the latest answer. */
function sinceAnswer(
  { answers }: Unanswered,
  facts: Facts,
  bucket: Bucket,
  sends: readonly Send[],
): readonly Send[] {
  const answeredAt = lastTimeOf(facts.state, answers, (event) => isAnswerIn(bucket, event, facts)) ?? NEVER;
  // Sends are marked by any of these, and do not say by which.
  const isMarked = ANSWER_TYPES.every((type) => answers.includes(type));
  const lastAnswered = isMarked ? sends.findLastIndex(({ answered }) => answered) : -1;
  return sends.slice(lastAnswered + 1).filter(({ at }) => at > answeredAt);
}

/** Whether an answer is about what shares the bucket. */
function isAnswerIn({ fields, category, product }: Bucket, event: CustomerEvent, facts: Facts): boolean {
  const alike = fields.filter((field) => field === 'channel' || field === 'campaign');
  if (!isLike({ fields: alike }, event, facts)) return false;
  if (product !== undefined && !event.products.includes(product)) return false;
  return category === undefined || event.categories.some((path) => covers(category, path));
}

/** When the pause is over, or the window has room again. */
function restEnds({ rest }: Unanswered, row: readonly Send[], counted: readonly Send[]): Instant {
  if (rest.kind === 'pause') return (row.at(-1)?.at ?? NEVER) + rest.pause;
  if (rest.limit === 0) return Number.POSITIVE_INFINITY;
  return (counted.at(-rest.limit)?.at ?? NEVER) + rest.window;
}
