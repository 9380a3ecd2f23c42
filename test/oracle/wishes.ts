import { readingAt } from './clock.ts';
import type { OptOut } from './opt-outs.ts';
import { ownLimits, type Send, type Statement } from './remembered.ts';
import { isWithin, scopeText } from './select.ts';
import {
  ALLOWS,
  type Ask,
  blocksFor,
  later,
  nextAllowed,
  type Question,
  sendsInLog,
  type Verdict,
  type View,
  zoneFor,
} from './view.ts';
import {
  DAY,
  listOf,
  MINUTE,
  ms,
  REMEMBERED,
  type WrittenConsent,
  type WrittenPreference,
} from './written.ts';

const STRICTNESS = ['granted', 'pending', 'withdrawn'];
type Ranking = (one: Statement, other: Statement) => number;

const stricter: Ranking = (one, other) => STRICTNESS.indexOf(one.status) - STRICTNESS.indexOf(other.status);
/** What says more of just the same: terms tell more than none. */
const fuller: Ranking = (one, other) =>
  stricter(one, other) || Number(one.terms !== undefined) - Number(other.terms !== undefined);

/** The one that was said last, of one instant the one that outranks; one that is pending only where there is no other. */
function last(statements: readonly Statement[], outranks: Ranking): Statement | undefined {
  const definite = statements.filter(({ status }) => status !== 'pending');
  const sayings = definite.length > 0 ? definite : [...statements];
  return sayings.sort((one, other) => one.at - other.at || outranks(one, other)).at(-1);
}

/** In groups that have the same text. */
function groupsOf(statements: readonly Statement[], text: (statement: Statement) => string): Statement[][] {
  const groups: Record<string, Statement[]> = {};
  for (const each of statements) groups[text(each)] = [...(groups[text(each)] ?? []), each];
  return Object.values(groups);
}

/** For each source what it said last of those that apply; a saying replaces an older one about just the same. */
function lastBySource(
  view: View,
  applies: (statement: Statement) => boolean,
  strictest: Ranking,
): Statement[] {
  const { statements } = view.known;
  const standing = groupsOf(statements, ({ channel, purpose, source }) =>
    JSON.stringify([channel, purpose, source]),
  );
  const applicable = standing.flatMap((group) => last(group, fuller) ?? []).filter(applies);
  return groupsOf(applicable, ({ source }) => `from ${source}`).flatMap(
    (group) => last(group, strictest) ?? [],
  );
}

function isAboutChannel({ channel }: Statement, view: View): boolean {
  return channel === undefined || channel === view.message.channel;
}

export const askConsent: Ask<WrittenConsent> = (consent) => ({
  verdictAt(view) {
    const purpose = view.message.purpose ?? consent.purpose;
    const applies = (statement: Statement) =>
      isAboutChannel(statement, view) &&
      (statement.purpose === undefined ||
        (purpose === undefined ? statement.status === 'withdrawn' : statement.purpose === purpose));
    const terms = listOf(consent.terms);
    const isOutdated = ({ status, terms: to }: Statement) =>
      status === 'granted' && terms.length > 0 && (to === undefined || !terms.includes(to));
    const stricterHere: Ranking = (one, other) =>
      stricter(one, other) || Number(isOutdated(one)) - Number(isOutdated(other));
    const said = lastBySource(view, applies, stricterHere);
    const latest = last(said, stricterHere);
    const binding = consent.sources === 'latest' ? said.filter((each) => each === latest) : said;
    const strictest = [...binding].sort(stricter).at(-1)?.status;
    if (consent.require === 'opt-in' && strictest !== 'granted') return blocksFor('no-consent');
    if (strictest === 'withdrawn') return blocksFor('no-consent');
    const outdated = strictest === 'granted' && binding.some(isOutdated);
    return outdated ? blocksFor('consent-outdated') : ALLOWS;
  },
  changes: () => [],
});

/** Whether every source last granted just this purpose for the message's channel, and took nothing wider back. */
export function isGrantedFor(purpose: string, view: View): boolean {
  const applies = (each: Statement) =>
    isAboutChannel(each, view) &&
    (each.purpose === purpose || (each.purpose === undefined && each.status !== 'granted'));
  const said = lastBySource(view, applies, stricter);
  return said.length > 0 && said.every(({ status }) => status === 'granted');
}

/** Opt-outs of one cause. */
export function askOptOuts(cause: OptOut['cause']): Question {
  return {
    verdictAt(view) {
      const bind = view.known.optOuts.some((optOut) => optOut.cause === cause && binds(optOut, view));
      return bind ? blocksFor(cause === 'complaint' ? 'complained' : 'opted-out') : ALLOWS;
    },
    changes: (view) =>
      later(
        view,
        view.known.optOuts.flatMap(({ until }) => until ?? []),
      ),
  };
}

function binds(optOut: OptOut, view: View): boolean {
  const { policy, message, now } = view;
  if (!isWithin(policy, optOut.scope, message)) return false;
  if (optOut.until !== undefined && now >= optOut.until) return false;
  if (mayBeConfirmed(optOut, view)) return false;
  return !optOut.later.some(
    ({ at, reach, fromErasureOnly }) =>
      at > optOut.at && (!fromErasureOnly || optOut.cause === 'erasure') && isWithin(policy, reach, message),
  );
}

/** One message of the class may say that the opt-out was heard, the latest where it was said again. */
function mayBeConfirmed({ cause, scope, until }: OptOut, { policy, message, now, known }: View): boolean {
  const within = policy.classes[message.class]?.confirmsOptOut;
  if (within === undefined || cause !== 'opt-out') return false;
  const same = known.optOuts.filter(
    (each) =>
      each.cause === cause &&
      scopeText(each.scope) === scopeText(scope) &&
      (each.until === undefined) === (until === undefined) &&
      (each.until === undefined || each.until > now),
  );
  const latest = Math.max(...same.map((each) => each.at));
  const at = same.find((each) => each.at === latest)?.readAt ?? latest;
  if (at <= now - ms(within)) return false;
  return !known.sends.some((send) => send.class === message.class && send.at >= at && !send.returned);
}

export const askPreference: Ask<WrittenPreference> = (written) => {
  const parts = [
    ...(written.pauses === false ? [] : [PAUSES]),
    ...(written.topics === false ? [] : [TOPICS]),
    ...(written.times === false ? [] : [TIMES]),
    ...(written.limits === false ? [] : [LIMITS]),
  ];
  return {
    verdictAt(view): Verdict {
      const blocking = parts.filter((part) => part.verdictAt(view)?.blocks);
      if (blocking.length <= 1) return blocking[0]?.verdictAt(view) ?? ALLOWS;
      const nexts = blocking.map((part) => nextAllowed(part, view));
      return blocking[nexts.indexOf(Math.max(...nexts))]?.verdictAt(view) ?? ALLOWS;
    },
    changes: (view) => merged(parts.map((part) => part.changes(view))),
  };
};

/** Several rising rows as one. */
function* merged(rows: readonly Iterable<number>[]): Generator<number> {
  const heads = rows.map((row) => {
    const iterator = row[Symbol.iterator]();
    return { iterator, head: iterator.next() };
  });
  for (;;) {
    const open = heads.filter(({ head }) => !head.done);
    if (open.length === 0) return;
    const first = Math.min(...open.map(({ head }) => head.value as number));
    for (const each of open) if (each.head.value === first) each.head = each.iterator.next();
    yield first;
  }
}

const PAUSES: Question = {
  verdictAt({ policy, known, message, now }) {
    const bind = known.pauses.some(({ scope, until }) => until > now && isWithin(policy, scope, message));
    return bind ? blocksFor('paused') : ALLOWS;
  },
  changes: (view) =>
    later(
      view,
      view.known.pauses.map(({ until }) => until),
    ),
};

const TOPICS: Question = {
  verdictAt({ known: { preferred }, message: { topics } }) {
    const declined = preferred.declinedTopics?.value ?? [];
    const wanted = preferred.wantedTopics?.value ?? [];
    const unwanted =
      wanted.length > 0 && topics.length > 0 && !topics.some((topic) => wanted.includes(topic));
    return unwanted || topics.some((topic) => declined.includes(topic)) ? blocksFor('declined') : ALLOWS;
  },
  changes: () => [],
};

const TIMES: Question = {
  verdictAt(view) {
    const { days, hours } = view.known.preferred;
    const { minute, weekday } = readingAt(zoneFor(view, 'customer'), view.now);
    const isDay =
      days === undefined || days.value.length === 0 || days.value.some((each) => each === weekday);
    const isHour =
      hours === undefined ||
      hours.value.length === 0 ||
      hours.value.some(({ from, to }) =>
        to > from ? minute >= from && minute < to : minute >= from || minute < to,
      );
    return isDay && isHour ? ALLOWS : blocksFor('unwelcome-time');
  },
  *changes(view) {
    const { days, hours } = view.known.preferred;
    if (days === undefined && hours === undefined) return;
    // Clocks change at quarters of an hour.
    const isCoarse = hours?.value.every(({ from, to }) => from % 15 === 0 && to % 15 === 0) ?? true;
    const step = isCoarse ? 15 * MINUTE : MINUTE;
    const first = Math.floor(view.now / step) * step + step;
    for (let at = first; at < first + 100 * DAY; at += step) yield at;
  },
};

const LIMITS: Question = {
  verdictAt(view) {
    const bind = ownLimits(view.known).some(({ scope, limit, window }) => {
      if (!isWithin(view.policy, scope, view.message)) return false;
      const sends = sendsInLog(view).filter((send) => send.at > view.now - window);
      return sends.filter((send) => isWithin(view.policy, scope, send)).length + 1 > limit;
    });
    return bind ? blocksFor('own-limit') : ALLOWS;
  },
  changes: (view) => {
    const windows = [...ownLimits(view.known).map(({ window }) => window), REMEMBERED];
    return later(
      view,
      view.known.sends.flatMap(({ at }: Send) => windows.map((window) => at + window)),
    );
  },
};
