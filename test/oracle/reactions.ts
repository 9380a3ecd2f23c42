import { dateAt, startOfDate } from './clock.ts';
import { type Bucket, bucketsOf, countedEver, strictestOf } from './counting.ts';
import type { Happened, Send } from './remembered.ts';
import { covers, selects, valuesOf } from './select.ts';
import {
  ALLOWS,
  type Ask,
  later,
  NEVER,
  type Question,
  sendsInLog,
  type Verdict,
  type View,
  zoneFor,
} from './view.ts';
import {
  breaking,
  listOf,
  ms,
  REMEMBERED,
  type WrittenAfter,
  type WrittenRule,
  type WrittenUnanswered,
} from './written.ts';

const ANSWERS = ['clicked', 'replied', 'visited', 'purchased'];

export const askUnanswered: Ask<WrittenUnanswered> = (unanswered, rule) => {
  const inBucket = (bucket: Bucket): Question => ({
    verdictAt: (view) => unansweredVerdict(unanswered, rule, bucket, view),
    changes: (view) => {
      const { pause, window, within = '35d' } = unanswered;
      const lengths = [within, ...(pause === undefined ? [] : [pause]), window ?? '35d'];
      return later(
        view,
        view.known.sends.flatMap(({ at }) => [...lengths.map((each) => at + ms(each)), at + REMEMBERED]),
      );
    },
  });
  return strictestOf((view) => bucketsOf(unanswered.per ?? [], view).map(inBucket));
};

function unansweredVerdict(
  unanswered: WrittenUnanswered,
  rule: WrittenRule,
  bucket: Bucket,
  view: View,
): Verdict {
  const { now } = view;
  const { messages, pause, window, limit = 0 } = unanswered;
  const log = sendsInLog(view);
  const counted = countedEver(view, rule, bucket).filter((send) => log.includes(send));
  const row = rowOf(unanswered, counted, bucket, view);
  const says = { count: row.length, limit: messages };
  const last = row.at(-1);
  let blocks = row.length >= messages && last !== undefined;
  if (pause !== undefined) blocks &&= now < (last?.at ?? 0) + ms(pause);
  if (window !== undefined) blocks &&= counted.filter(({ at }) => at > now - ms(window)).length >= limit;
  return { blocks, says: [{ reason: blocks ? 'unanswered' : 'cleared', ...(window === undefined && says) }] };
}

/** What went out since the last answer, oldest first. */
function rowOf(unanswered: WrittenUnanswered, counted: readonly Send[], bucket: Bucket, view: View): Send[] {
  const types = unanswered.answers ?? ANSWERS;
  const within = ms(unanswered.within ?? '35d');
  const answers = view.known.happened.filter((event) => types.includes(event.type) && isAbout(event, bucket));
  const answeredAt = Math.max(-1, ...answers.map(({ at }) => at));
  const row = counted.filter(({ at }) => at > answeredAt && at > view.now - within);
  if (!ANSWERS.every((type) => types.includes(type))) return row;
  return row.slice(row.map(({ answered }) => answered).lastIndexOf(true) + 1);
}

function isAbout(event: Happened, bucket: Bucket): boolean {
  return bucket.every(([field, value]) =>
    valuesOf(field, event).some((each) => (field === 'category' ? covers(value, each) : each === value)),
  );
}

/** What sets the rule off, and when its effect ends. */
interface Trigger {
  readonly at: number;
  readonly end: number;
}

export const askAfter: Ask<WrittenAfter> = (after) => ({
  verdictAt(view): Verdict {
    const lasting = fired(after, view).filter(({ end }) => end > view.now);
    return lasting.length > 0 ? { blocks: true, says: [{ reason: 'after-event' }] } : ALLOWS;
  },
  changes: (view) => {
    const ends = fired(after, view).map(({ end }) => end);
    const forgotten = after.cleared === undefined ? [] : view.known.sends.map(({ at }) => at + REMEMBERED);
    return later(view, [...ends, ...forgotten]);
  },
});

function fired(after: WrittenAfter, view: View): Trigger[] {
  const n = after.count ?? 1;
  const within = ms(after.within ?? (after.cleared === undefined ? '366d' : '35d'));
  const over = latestUntil(after, view);
  const times = triggersOf(after, view).filter((at) => at > over);
  return times.flatMap((at, k) => {
    const first = times[k - n + 1];
    if (first === undefined || (n > 1 && at - first >= within)) return [];
    if (after.inARow === true && isBroken(after, first, at, view)) return [];
    return [{ at, end: endOf(after, at, view) }];
  });
}

function triggersOf(after: WrittenAfter, view: View): number[] {
  const { known, message } = view;
  const fields = listOf(after.match ?? 'all').filter((field) => field !== 'all');
  const happened =
    after.cleared === undefined
      ? known.happened.filter(
          (event) =>
            listOf(after.interaction).includes(event.type) &&
            selects(after.where ?? {}, event, known.attributes),
        )
      : sendsInLog(view).filter((send) => selects(after.cleared ?? {}, send, known.attributes));
  const matching = happened.filter((each: Happened | Send) =>
    fields.every((field) => matches(field, after, each, message)),
  );
  return matching.map(({ at }) => at).sort((one, other) => one - other);
}

type Party = Happened | Send | View['message'];

/** A party that lacks the field, or names a channel that the policy does not know, matches nobody. */
function matches(field: string, { depth }: WrittenAfter, trigger: Party, message: Party): boolean {
  return valuesOf(field, trigger).some((value) =>
    valuesOf(field, message).some((own) => {
      if (field === 'channel') return value === own && value !== 'unknown';
      if (field !== 'category') return value === own;
      return depth === undefined ? covers(value, own) : head(value, depth) === head(own, depth);
    }),
  );
}

function head(path: string, depth: number): string {
  return path.split('/').slice(0, depth).join('/');
}

/** When an interaction last ended what came before it; one that has a field of the match must match by it. */
function latestUntil(after: WrittenAfter, { known, message }: View): number {
  const types = listOf(after.until);
  const ends = known.happened.filter(
    (event) => types.includes(event.type) && isAboutTheSame(after, event, message),
  );
  return Math.max(-1, ...ends.map(({ at }) => at));
}

function isAboutTheSame(after: WrittenAfter, event: Happened, message: View['message']): boolean {
  const fields = listOf(after.match ?? 'all').filter((field) => field !== 'all');
  return fields.every(
    (field) => valuesOf(field, event).length === 0 || matches(field, after, event, message),
  );
}

/** By something about the same that is no trigger itself. */
function isBroken(after: WrittenAfter, first: number, at: number, { known, message }: View): boolean {
  return known.happened.some(
    (event) =>
      breaking(after).includes(event.type) &&
      !listOf(after.interaction).includes(event.type) &&
      isAboutTheSame(after, event, message) &&
      event.at > first &&
      event.at <= at,
  );
}

function endOf({ suppress }: WrittenAfter, at: number, view: View): number {
  if (suppress === 'forever') return NEVER;
  if (typeof suppress === 'object') {
    const { days, zone } = suppress;
    const where = zoneFor(view, zone);
    return startOfDate(where, dateAt(where, at) + days);
  }
  return at + ms(suppress);
}
