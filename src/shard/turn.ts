import type { Withdrawal } from '../decide/withdraw.ts';
import type { LogRecord } from '../model/record.ts';
import { reroutedRecord } from '../records/output-records.ts';
import { CustomerStates } from './customer-states.ts';
import type { ShardDeps } from './deps.ts';
import { type Elsewhere, loadFields } from './load-fields.ts';
import type { TurnReport } from './observer.ts';
import type { OwnedShard } from './owned-shard.ts';
import { settleTurn } from './settle-turn.ts';
import { type OwnRecord, type SortedBatch, sortBatch } from './sorted-batch.ts';
import { Stopwatch } from './stopwatch.ts';
import { isElsewhere, loadDeferrals, readDeferral, type StoredDeferrals } from './stored-deferrals.ts';
import { TurnDraft } from './turn-draft.ts';

/**
 * `watermark`: the store is not where this shard left it, so nothing was decided, or applied. `stale`: too much time went by
 * between the look at the interactions and the decision. After both: acquire.
 */
export type Turn =
  | { readonly kind: 'taken'; readonly report: TurnReport }
  | { readonly kind: 'stale' }
  | Elsewhere;

/**
 * One atomic step of a shard: a batch in; outcomes, new states and position out.
 *
 * T1 load, with the watermark in the same read. T2 decide, on one policy and one `now`. T3 commit everything in one
 * transaction. T4 apply to the store, only then. Any error leaves the outcome to the next acquire; the shard must not be
 * used again.
 */
export async function takeTurn(
  deps: ShardDeps,
  owned: OwnedShard,
  batch: readonly LogRecord[],
): Promise<Turn> {
  const watch = new Stopwatch(deps);
  const policy = deps.policy();
  await deps.reader.prepare(batch);
  const { topics, recordBytesMax } = deps.settings;
  const sorted = sortBatch({ reader: deps.reader, layout: owned.layout, topics, recordBytesMax }, batch);
  watch.lap('decode');

  const keys = customerKeys(deps, sorted.own);
  const fields = [...new Set(keys)];
  const loaded = await loadFields(deps, owned, fields);
  if (loaded.kind === 'watermark') return loaded;
  const states = new CustomerStates(fields, loaded.values, recordBytesMax);
  const endangered = await loadDeferrals(deps, owned, endangeredSources(states, sorted.own, keys));
  if (isElsewhere(endangered)) return endangered;
  await deps.reader.prepare([...endangered.values()].map(({ record }) => record));
  watch.lap('load');

  const now = owned.clock.next();
  // Reading and loading may have taken long (a registry, a stopped process): an opt-out may be waiting by now.
  const holdsMessage = sorted.own.some((each) => each.kind === 'message');
  if (holdsMessage && !owned.freshness.isFresh(deps.monotonic())) return { kind: 'stale' };
  const draft = new TurnDraft(deps, owned, policy, { states, now, deferred: owned.deferred });
  takeInOrder({ deps, draft, endangered }, sorted.own, keys);
  addUndecided(draft, sorted);

  const elsewhere = await settleTurn(deps, owned, draft, watch);
  if (elsewhere) return elsewhere;
  return { kind: 'taken', report: reportOf(batch, sorted, draft, watch) };
}

function customerKeys(deps: ShardDeps, own: readonly OwnRecord[]): string[] {
  return own.map((each) =>
    deps.customerKey(each.kind === 'message' ? each.message.customerId : each.interaction.customerId),
  );
}

/** The interactions that end the wait of messages. */
const WITHDRAWING: Readonly<Record<Withdrawal, Withdrawal>> = { cancelled: 'cancelled', erased: 'erased' };

function withdrawalOf(each: OwnRecord): Withdrawal | undefined {
  if (each.kind === 'message') return undefined;
  const { type } = each.interaction;
  return Object.hasOwn(WITHDRAWING, type) ? WITHDRAWING[type as Withdrawal] : undefined;
}

/** What waits for customers of whom an interaction may take messages back. */
function endangeredSources(
  states: CustomerStates,
  own: readonly OwnRecord[],
  keys: readonly string[],
): string[] {
  const customers = new Set(keys.filter((_, i) => withdrawalOf(own[i] as OwnRecord) !== undefined));
  return [...customers].flatMap((key) => states.of(key)?.waiting.map(({ source }) => source) ?? []);
}

interface Taking {
  readonly deps: ShardDeps;
  readonly draft: TurnDraft;
  readonly endangered: StoredDeferrals;
}

function takeInOrder(taking: Taking, own: readonly OwnRecord[], keys: readonly string[]): void {
  for (const [i, each] of own.entries()) {
    const key = keys[i] as string;
    if (each.kind === 'message') taking.draft.decide(key, each);
    else foldInteraction(taking, key, each);
  }
}

/** A message that it takes back has its one final outcome in this very turn. */
function foldInteraction(
  { deps, draft, endangered }: Taking,
  key: string,
  each: Extract<OwnRecord, { kind: 'interaction' }>,
): void {
  for (const { source, since } of draft.fold(key, each)) {
    const deferral = endangered.get(source);
    const why = withdrawalOf(each);
    // Another customer's may have its place, in a topic that was created anew.
    if (deferral?.customer !== key || why === undefined) continue;
    const read = readDeferral(deps, deferral);
    if ('failure' in read) draft.abandon(key, read);
    else draft.withdraw(read, since, why);
  }
}

function addUndecided(draft: TurnDraft, sorted: SortedBatch): void {
  for (const { record, source, topic, partition } of sorted.rerouted) {
    draft.outputs.add({ topic, partition }, reroutedRecord({ record, source, now: draft.now }));
  }
  for (const unreadable of sorted.unreadable) draft.addDeadLetter(unreadable);
}

function reportOf(
  batch: readonly LogRecord[],
  sorted: SortedBatch,
  draft: TurnDraft,
  watch: Stopwatch,
): TurnReport {
  return {
    now: draft.now,
    recordsByTopic: countByTopic(batch),
    records: batch.length,
    released: 0,
    decisions: draft.decisions,
    deadLetters: draft.deadLetters,
    interactions: sorted.own.filter(({ kind }) => kind === 'interaction').length,
    ignoredInteractions: sorted.ignored,
    rerouted: sorted.rerouted.length,
    stages: watch.laps(),
  };
}

function countByTopic(batch: readonly LogRecord[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { topic } of batch) counts.set(topic, (counts.get(topic) ?? 0) + 1);
  return counts;
}
