import { byPrecedence } from '../decide/precedence.ts';
import type { Instant } from '../kernel/time.ts';
import type { CustomerState, Waiting } from '../model/customer-state.ts';
import { coordinates } from '../model/record.ts';
import type { Deferral } from '../records/deferral-codec.ts';
import { CustomerStates } from './customer-states.ts';
import { type Deferred, deferredOf } from './deferred.ts';
import type { ShardDeps } from './deps.ts';
import { type Elsewhere, loadFields } from './load-fields.ts';
import { recordBytes } from './outputs.ts';
import type { OwnedShard } from './owned-shard.ts';
import { deferralsOf, isElsewhere, loadDeferrals, type StoredDeferrals } from './stored-deferrals.ts';

/** What one answer of the store brings at most; a release turn has about so many messages and bytes. */
const MESSAGES_MAX = 1_000;
const BYTES_MAX = 8 * 1024 * 1024;

export interface DueMessages {
  readonly kind: 'found';
  readonly states: CustomerStates;
  /** In the order in which they are to be decided. */
  readonly due: readonly Deferral[];
  /** What a customer's state says is due, and is stored nowhere. */
  readonly missing: readonly { readonly key: string; readonly source: string }[];
  /** All that waits, and when the first is due that is not among these. */
  readonly deferred: Deferred;
}

/**
 * Some of what is due now: the earliest, and with them whatever else is due of the same customers, so that a slot for which
 * several wait goes to the one that goes before the others and not to the one that was read first. Up to three reads of the
 * store, all at the watermark at which the shard stands.
 */
export async function findDue(
  deps: ShardDeps,
  owned: OwnedShard,
  messagesMax: number,
): Promise<DueMessages | Elsewhere | { kind: 'nothing' } | { kind: 'due-index' }> {
  const until = owned.clock.next();
  const limit = Math.min(messagesMax, MESSAGES_MAX);
  const answer = await deps.store.due(owned.layout.shard, { until, limit, bytesMax: BYTES_MAX });
  if (answer.watermark !== owned.watermark) return { kind: 'watermark', found: answer.watermark };
  if (!answer.isWhole) return { kind: 'due-index' };
  const rest = deferredOf(answer);
  if (answer.entries.length === 0) {
    owned.deferred = rest;
    return { kind: 'nothing' };
  }

  const read = deferralsOf(answer.entries.map(({ value }) => value));
  const customers = sourcesByCustomer(read);
  const keys = [...customers.keys()];
  const loaded = await loadFields(deps, owned, keys);
  if (loaded.kind === 'watermark') return loaded;
  const states = new CustomerStates(keys, loaded.values, deps.settings.recordBytesMax);
  const chosen = chooseCustomers(customers, states, read, { until, limit });
  const cutOff = [...chosen.values()].flatMap((sources) => sources.filter((source) => !read.has(source)));
  const others = await loadDeferrals(deps, owned, cutOff);
  if (isElsewhere(others)) return others;
  return arrange(chosen, states, new Map([...read, ...others]), rest);
}

/** By the key of the customer, in the order of the earliest message of each: the coordinates of her messages. */
type SourcesByCustomer = ReadonlyMap<string, readonly string[]>;

function sourcesByCustomer(read: StoredDeferrals): SourcesByCustomer {
  const customers = new Map<string, string[]>();
  for (const [source, { customer }] of read) {
    const sources = customers.get(customer);
    if (sources) sources.push(source);
    else customers.set(customer, [source]);
  }
  return customers;
}

/** The first of them, with all that is due of each, until they have about as many messages, or bytes, as are wanted. */
function chooseCustomers(
  customers: SourcesByCustomer,
  states: CustomerStates,
  read: StoredDeferrals,
  { until, limit }: { until: Instant; limit: number },
): SourcesByCustomer {
  const chosen = new Map<string, readonly string[]>();
  let messages = 0;
  let bytes = 0;
  for (const [key, own] of customers) {
    if (messages >= limit || bytes >= BYTES_MAX) break;
    const listed = waitingOf(states.of(key)).filter(({ dueAt }) => dueAt <= until);
    const sources = [...new Set([...own, ...listed.map(({ source }) => source)])];
    chosen.set(key, sources);
    messages += sources.length;
    // What was not read yet is taken to be like what was.
    bytes += (bytesOf(own, read) / own.length) * sources.length;
  }
  return chosen;
}

function bytesOf(sources: readonly string[], read: StoredDeferrals): number {
  return sources.reduce((sum, source) => sum + recordBytes((read.get(source) as Deferral).record), 0);
}

function arrange(
  chosen: SourcesByCustomer,
  states: CustomerStates,
  stored: StoredDeferrals,
  { waiting, nextDueAt }: Deferred,
): DueMessages {
  const due: Deferral[] = [];
  const missing: { key: string; source: string }[] = [];
  for (const [key, sources] of chosen) {
    // Another customer's may have the place of one of hers, in a topic that was created anew.
    const own = sources.map((source) => stored.get(source)).filter((each) => each?.customer === key);
    due.push(...inTurn(own as Deferral[], waitingOf(states.of(key))));
    for (const source of sources) if (stored.get(source)?.customer !== key) missing.push({ key, source });
  }
  const left = [...stored.values()].filter(({ customer }) => !chosen.has(customer));
  const earliest = left.reduce((first, { dueAt }) => Math.min(first, dueAt), nextDueAt);
  return { kind: 'found', states, due, missing, deferred: { waiting, nextDueAt: earliest } };
}

function waitingOf(state: CustomerState | undefined): readonly Waiting[] {
  return state?.waiting ?? [];
}

/** Deferrals in the order in which they are decided; one that the state does not list has no rank. */
function inTurn(deferrals: readonly Deferral[], waiting: readonly Waiting[]): readonly Deferral[] {
  const ranked = deferrals.map((deferral) => {
    const source = coordinates(deferral.record);
    const { classRank = 0, rank = 0 } = waiting.find((each) => each.source === source) ?? {};
    return { deferral, source, since: deferral.since, classRank, rank };
  });
  return ranked.sort(byPrecedence).map(({ deferral }) => deferral);
}
