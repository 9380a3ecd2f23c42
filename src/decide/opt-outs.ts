import type { Instant } from '../kernel/time.ts';
import { type CustomerState, type OptOut, RETENTION, type TakenBack } from '../model/customer-state.ts';
import type { Scope } from '../model/scope.ts';
import type { Subject } from '../model/selector.ts';
import type { ChannelNames } from '../rules/rule-kind.ts';
import { coversScope, isSameScope, isWithin, normalizeScope } from '../rules/scope.ts';
import type { Folding } from './folding.ts';
import type { Policy } from './policy.ts';

/** So many opt-outs of one customer are one of everything. */
const OPT_OUTS_MAX = 200;
/** So many partial opt-ins against one opt-out are kept; further ones do not count. */
const TAKEN_BACK_MAX = 50;

const ALL_CAUSES: readonly OptOut['cause'][] = ['opt-out', 'complaint', 'erasure'];

/** Whether the opt-out binds the message now: `until` is its first free instant. */
export function binds(optOut: OptOut, message: Subject, channels: ChannelNames, now: Instant): boolean {
  if (optOut.until !== undefined && optOut.until <= now) return false;
  if (!isWithin(optOut.scope, message, channels)) return false;
  return !optOut.takenBack?.some(({ at, scope }) => at > optOut.at && isWithin(scope, message, channels));
}

/**
 * With one more opt-out, which binds whenever it arrives and never shortens another. One that is already known, or was
 * taken back since, changes nothing.
 */
export function addOptOut(
  state: CustomerState,
  optOut: OptOut,
  { policy: { channels }, now }: Pick<Folding, 'policy' | 'now'>,
): CustomerState {
  if (optOut.until !== undefined && optOut.until <= now) return state;
  const added = { ...optOut, scope: normalizeScope(optOut.scope) };
  const place = state.optOuts.findIndex((each) => isSameOptOut(each, added));
  const known = state.optOuts[place];
  if (known !== undefined) {
    const merged = merge(known, added, channels);
    return merged === known ? state : { ...state, optOuts: state.optOuts.with(place, merged) };
  }
  if (state.optOuts.some((each) => includes(each, added, channels))) return state;
  return { ...state, optOuts: bounded([...state.optOuts, added], channels) };
}

function isSameOptOut(one: OptOut, other: OptOut): boolean {
  const lastAlike = (one.until === undefined) === (other.until === undefined);
  return lastAlike && one.cause === other.cause && isSameScope(one.scope, other.scope);
}

/** Whether the wide one binds all that the narrow one does, for as long, and is taken back by nothing less. */
function includes(wide: OptOut, narrow: OptOut, channels: ChannelNames): boolean {
  return (
    wide.cause === narrow.cause &&
    wide.at >= narrow.at &&
    endOf(wide) >= endOf(narrow) &&
    coversScope(wide.scope, narrow.scope, channels) &&
    !wide.takenBack?.some(({ at }) => at > wide.at)
  );
}

function endOf({ until }: OptOut): Instant {
  return until ?? Number.POSITIVE_INFINITY;
}

/** What took the known one back, in whole or in part, does not take the newer one back. */
function merge(known: OptOut, added: OptOut, channels: ChannelNames): OptOut {
  const isTakenBack = known.takenBack?.some((each) => coversScope(each.scope, known.scope, channels));
  if (added.at > known.at && isTakenBack) return added;
  const until = known.until === undefined ? undefined : Math.max(known.until, added.until ?? 0);
  if (added.at > known.at) return until === undefined ? added : { ...added, until };
  return until === known.until || until === undefined ? known : { ...known, until };
}

/** Too many become one of everything for each cause. */
function bounded(optOuts: readonly OptOut[], channels: ChannelNames): readonly OptOut[] {
  if (optOuts.length <= OPT_OUTS_MAX) return optOuts;
  const open = optOuts.filter((each) => takenBackAt(each, channels) === undefined);
  return open.length <= OPT_OUTS_MAX ? open : oneOfEverything(open, channels);
}

/** One for each cause, which binds everything for as long as the last of them. */
export function oneOfEverything(optOuts: readonly OptOut[], channels: ChannelNames): readonly OptOut[] {
  const open = optOuts.filter((each) => takenBackAt(each, channels) === undefined);
  return [...new Set(open.map(({ cause }) => cause))].map((cause) => {
    const alike = open.filter((each) => each.cause === cause);
    const end = Math.max(...alike.map(endOf));
    const at = Math.max(...alike.map((each) => each.at));
    return { scope: {}, at, cause, ...(Number.isFinite(end) && { until: end }) };
  });
}

/** Opens what the scope covers again, against the opt-outs older than `at` and of these causes, and no others. */
export function takeBack(
  state: CustomerState,
  scope: Scope,
  at: Instant,
  causes: readonly OptOut['cause'][] = ALL_CAUSES,
): CustomerState {
  if (state.optOuts.length === 0) return state;
  const opened = { scope: normalizeScope(scope), at };
  const optOuts = state.optOuts.map((optOut) =>
    optOut.at < at && causes.includes(optOut.cause) ? openedBy(optOut, opened) : optOut,
  );
  return optOuts.every((each, i) => each === state.optOuts[i]) ? state : { ...state, optOuts };
}

function openedBy(optOut: OptOut, opened: TakenBack): OptOut {
  const before = optOut.takenBack ?? [];
  const same = before.find((each) => isSameScope(each.scope, opened.scope));
  if (same !== undefined && same.at >= opened.at) return optOut;
  const others = before.filter((each) => each !== same);
  return others.length >= TAKEN_BACK_MAX ? optOut : { ...optOut, takenBack: [...others, opened] };
}

/** Without the opt-outs that can bind nothing any more. One that was taken back stays for `RETENTION`, to know it again. */
export function pruneOptOuts({ channels }: Policy, state: CustomerState, now: Instant): CustomerState {
  const kept = state.optOuts.filter((each) => {
    if (each.until !== undefined && each.until <= now) return false;
    const since = takenBackAt(each, channels);
    return since === undefined || since > now - RETENTION;
  });
  return kept.length === state.optOuts.length ? state : { ...state, optOuts: kept };
}

/** When all that the opt-out covers was opened again; undefined while any of it is closed. */
function takenBackAt(optOut: OptOut, channels: ChannelNames): Instant | undefined {
  return optOut.takenBack?.find(
    ({ at, scope }) => at > optOut.at && coversScope(scope, optOut.scope, channels),
  )?.at;
}
