import { ownLimits, type Send } from './remembered.ts';
import { covers, isWithin, selects, valuesOf } from './select.ts';
import {
  type Ask,
  later,
  nextAllowed,
  type Question,
  type Saying,
  sendsInLog,
  type Verdict,
  type View,
} from './view.ts';
import { type Lies, lies, windowChanges } from './windows.ts';
import {
  DAY,
  listOf,
  ms,
  REMEMBERED,
  type WrittenCap,
  type WrittenGap,
  type WrittenRule,
  type WrittenWindow,
} from './written.ts';

/** One value for each field that the rule splits by. */
export type Bucket = readonly (readonly [field: string, value: string])[];

/** Each combination of the message's values; none where it lacks a field. */
export function bucketsOf(per: readonly string[], view: View): Bucket[] {
  let buckets: Bucket[] = [[]];
  for (const field of per) {
    buckets = buckets.flatMap((bucket) =>
      valuesOf(field, view.message).map((value) => [...bucket, [field, value] as const]),
    );
  }
  return buckets;
}

export function isInBucket(send: Send, bucket: Bucket): boolean {
  return bucket.every(([field, value]) =>
    valuesOf(field, send).some((each) => (field === 'category' ? covers(value, each) : each === value)),
  );
}

/** Of all sends ever, those that the rule counts in the bucket. */
export function countedEver(view: View, rule: WrittenRule, bucket: Bucket): Send[] {
  const counts = rule.counts ?? rule.for ?? {};
  return view.known.sends.filter(
    (send) => !send.returned && selects(counts, send, view.known.attributes) && isInBucket(send, bucket),
  );
}

export const askCap: Ask<WrittenCap> = (cap, rule) => {
  const inBucket = (bucket: Bucket): Question => ({
    verdictAt: (view) => capVerdict(cap, rule, bucket, view),
    changes: (view) => capChanges(cap, rule, bucket, view),
  });
  return strictestOf((view) => bucketsOf(cap.per ?? [], view).map(inBucket));
};

/** Of several buckets: blocks where one does, in the words of those that block longest. */
export function strictestOf(questionsFor: (view: View) => Question[]): Question {
  return {
    verdictAt(view) {
      const questions = questionsFor(view);
      const verdicts = questions.map((question) => question.verdictAt(view) as Verdict);
      if (verdicts.length === 0) return undefined;
      const blocking = questions.filter((_, i) => verdicts[i]?.blocks);
      if (blocking.length === 0) return { blocks: false, says: verdicts.flatMap(({ says }) => says) };
      if (blocking.length === 1) return blocking[0]?.verdictAt(view);
      const nexts = blocking.map((question) => nextAllowed(question, view));
      const longest = blocking.filter((_, i) => nexts[i] === Math.max(...nexts));
      return { blocks: true, says: longest.flatMap((question) => question.verdictAt(view)?.says ?? []) };
    },
    changes: (view) =>
      later(
        view,
        questionsFor(view).flatMap((question) => [...question.changes(view)]),
      ),
  };
}

interface Unit {
  readonly weight: number;
  readonly send: Send;
}

/** What counts in the window: sends, or dispatches by the heaviest of their sends. */
function unitsIn(cap: WrittenCap, sends: readonly Send[], view: View): Unit[] {
  const units = sends.map((send) => ({ send, weight: weightOf(cap, send, view) }));
  if (cap.count !== 'dispatches') return units;
  return units.filter(({ send: { dispatchId }, weight }, i) =>
    units.every((other, j) => {
      if (dispatchId === undefined || other.send.dispatchId !== dispatchId || i === j) return true;
      return weight > other.weight || (weight === other.weight && i < j);
    }),
  );
}

function weightOf(cap: WrittenCap, subject: Send | View['message'], view: View): number {
  const fits = cap.weights?.find((each) => selects(each.for, subject, view.known.attributes));
  return fits?.weight ?? 1;
}

function capVerdict(cap: WrittenCap, rule: WrittenRule, bucket: Bucket, view: View): Verdict {
  const counted = countedEver(view, rule, bucket).filter((send) => !isReleased(cap, send, view));
  const window = lies(cap.window, view, counted);
  const units = unitsIn(cap, counted.filter(window.inside), view);
  const count = sum(units);
  const weight = Math.max(0, weightOf(cap, view.message, view) - weightOfDispatch(cap, units, view));
  const limit = limitFor(cap, view);
  const left = Math.max(0, limit - reserved(cap, units, window, view));
  const fits = (within: number) => weight === 0 || count + weight <= within;
  if (fits(left)) return { blocks: false, says: [{ reason: 'cleared', count, limit: left }] };
  return {
    blocks: true,
    says: [{ reason: fits(limit) ? 'cap-reserved' : 'cap-reached', count, limit: left }],
  };
}

/** What the message's own dispatch counts already. */
function weightOfDispatch(cap: WrittenCap, units: readonly Unit[], { message }: View): number {
  if (cap.count !== 'dispatches' || message.dispatchId === undefined) return 0;
  return units.find(({ send }) => send.dispatchId === message.dispatchId)?.weight ?? 0;
}

function sum(units: readonly Unit[]): number {
  let total = 0;
  for (const { weight } of units) total += weight;
  return total;
}

/** Sends at or before the latest event that releases no longer count. */
function isReleased(cap: WrittenCap, send: Send, view: View): boolean {
  const types = listOf(cap.releaseOn);
  return view.known.happened.some(({ type, at }) => types.includes(type) && send.at <= at);
}

/** Slots that other classes still have for themselves. */
function reserved({ reserve }: WrittenCap, units: readonly Unit[], window: Lies, view: View): number {
  if (reserve === undefined) return 0;
  const classes = listOf(reserve.class);
  if (classes.includes(view.message.class)) return 0;
  const { releaseBefore } = reserve;
  if (releaseBefore !== undefined && window.end !== undefined && view.now >= window.end - ms(releaseBefore))
    return 0;
  return Math.max(0, reserve.slots - sum(units.filter(({ send }) => classes.includes(send.class))));
}

function limitFor(cap: WrittenCap, view: View): number {
  const { limit } = cap;
  if (cap.mayRaiseTo === undefined) return limit;
  const length = lengthOf(cap.window);
  const asked = ownLimits(view.known).filter(
    ({ scope, window }) => window === length && isWithin(view.policy, scope, view.message),
  );
  if (asked.length === 0) return limit;
  // Of several wishes the smallest is obeyed; none of them lowers the cap.
  const wish = Math.min(...asked.map((own) => own.limit));
  return Math.max(limit, Math.min(wish, cap.mayRaiseTo));
}

function lengthOf(window: WrittenWindow): number | undefined {
  if (window === 'lifetime') return undefined;
  if (typeof window === 'string') return ms(window);
  if ('from' in window || 'days' in window) return undefined;
  const { calendar, units = 1 } = window;
  const lengths: Record<string, number> = { day: 1, week: 7, month: 30 };
  const days = lengths[calendar];
  return days === undefined ? undefined : days * units * DAY;
}

function capChanges(cap: WrittenCap, rule: WrittenRule, bucket: Bucket, view: View): number[] {
  const changes = windowChanges(
    cap.window,
    view,
    countedEver(view, rule, bucket).filter((send) => !isReleased(cap, send, view)),
  );
  const before = cap.reserve?.releaseBefore;
  if (before !== undefined) changes.push(...changes.map((end) => end - ms(before)));
  return later(view, changes);
}

export const askGap: Ask<string | WrittenGap> = (written, rule) => {
  const gap: WrittenGap = isGap(written) ? written : { wait: written };
  const blocking = (view: View) => {
    const wait = ms(gap.wait);
    const log = sendsInLog(view);
    return bucketsOf(gap.per ?? [], view)
      .flatMap((bucket) => countedEver(view, rule, bucket))
      .filter((send) => log.includes(send) && send.at + wait > view.now)
      .filter(
        ({ dispatchId }) =>
          gap.count !== 'dispatches' || dispatchId === undefined || dispatchId !== view.message.dispatchId,
      );
  };
  return {
    verdictAt(view) {
      if (bucketsOf(gap.per ?? [], view).length === 0) return undefined;
      return blocking(view).length > 0 ? says('too-soon') : says('cleared');
    },
    changes: (view) => {
      const wait = ms(gap.wait);
      return later(
        view,
        view.known.sends.flatMap(({ at }) => [at + wait, at + REMEMBERED]),
      );
    },
  };
};

function isGap(written: string | WrittenGap): written is WrittenGap {
  return typeof written === 'object';
}

function says(reason: string): Verdict {
  const saying: Saying = { reason };
  return { blocks: reason !== 'cleared', says: [saying] };
}

export const askDuplicate: Ask<NonNullable<WrittenRule['duplicate']>> = ({ by = 'message', within }) => ({
  verdictAt(view) {
    const { message, now } = view;
    const isRecent = ({ at }: Send) => at > now - (within === undefined ? REMEMBERED : ms(within));
    if (by === 'message') {
      const isSame = (other: { messageId: string; sender?: string | undefined }) =>
        other.messageId === message.messageId && other.sender === message.sender;
      const waits = [...view.known.waiting].some(
        ([source, entry]) => source !== view.source && isSame(entry.message),
      );
      const sent = view.known.sends.some((send) => isSame(send) && isRecent(send));
      return waits || sent ? says('duplicate') : says('cleared');
    }
    const field = by === 'campaign' ? 'campaignId' : 'fingerprint';
    if (message[field] === undefined) return undefined;
    return sendsInLog(view).some((send) => send[field] === message[field] && isRecent(send))
      ? says('repeated')
      : says('cleared');
  },
  changes: (view) =>
    within === undefined
      ? []
      : later(
          view,
          view.known.sends.map(({ at }) => at + ms(within)),
        ),
});

/** Never by its own clock: a deadline is no wait. */
export const askExpiry: Ask<{ readonly maxAge: string }> = ({ maxAge }) => ({
  verdictAt: ({ message, now }) =>
    now >= message.createdAt + ms(maxAge) ? says('expired') : says('cleared'),
  changes: () => [],
});
