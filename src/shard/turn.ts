import type { Policy } from '../decide/policy.ts';
import { TactError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';
import type { Decision } from '../model/decision.ts';
import type { LogRecord, OutputRecord } from '../model/record.ts';
import {
  clearedRecord,
  deadLetterRecord,
  decisionId,
  decisionRecord,
  reroutedRecord,
} from '../records/output-records.ts';
import { POSITION_KEY } from './changelog-keys.ts';
import { packPosition } from './commit-position.ts';
import { CustomerStates } from './customer-states.ts';
import type { ShardDeps } from './deps.ts';
import type { TurnReport } from './observer.ts';
import { Outputs, recordBytes } from './outputs.ts';
import type { OwnedShard } from './owned-shard.ts';

import { type OwnRecord, type SortedBatch, sortBatch, type UnreadableRecord } from './sorted-batch.ts';
import type { Applied, StateChange } from './state-store.ts';
import { Stopwatch } from './stopwatch.ts';
import { commit } from './transaction.ts';

/** Tries of one and the same apply before the shard is acquired anew. */
const APPLY_TRIES = 3;

/**
 * `watermark`: the store is not where this shard left it, so nothing was decided, or applied. `stale`: too much time went by
 * between the look at the interactions and the decision. After both: acquire.
 */
export type Turn =
  | { readonly kind: 'taken'; readonly report: TurnReport }
  | { readonly kind: 'watermark'; readonly found: number }
  | { readonly kind: 'stale' };

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
  const watch = new Stopwatch();
  const policy = deps.policy();
  await deps.reader.prepare(batch);
  const { topics, recordBytesMax } = deps.settings;
  const sorted = sortBatch({ reader: deps.reader, layout: owned.layout, topics, recordBytesMax }, batch);
  watch.lap('decode');

  const keys = customerKeys(deps, sorted.own);
  const loaded = await deps.store.load(owned.layout.shard, [...new Set(keys)]);
  if (loaded.watermark !== owned.watermark) return { kind: 'watermark', found: loaded.watermark };
  watch.lap('load');

  const now = owned.clock.next();
  // Reading and loading may have taken long (a registry, a stopped process): an opt-out may be waiting by now.
  const holdsMessage = sorted.own.some((each) => each.kind === 'message');
  if (holdsMessage && !owned.freshness.isFresh(deps.monotonic())) return { kind: 'stale' };
  const states = new CustomerStates([...new Set(keys)], loaded.values, policy, now);
  const outputs = new Outputs();
  const decisions = decideInOrder({ deps, owned, policy, outputs, states }, sorted.own, keys);
  addUndecided(deps, owned, sorted, outputs, now);
  const entries = states.changes();
  const position = packPosition(owned, now);
  for (const [key, value] of entries)
    outputs.add(owned.layout.changelog, changelogRecord(Buffer.from(key), value, now));
  outputs.add(owned.layout.changelog, changelogRecord(POSITION_KEY, position, now));
  watch.lap('decide');

  const next = await commit(deps, owned, outputs);
  watch.lap('commit');

  entries.set(POSITION_KEY.toString(), position);
  const applied = await apply(deps, owned, {
    expected: owned.watermark,
    next,
    log: owned.log,
    at: now,
    entries,
  });
  if (!applied.applied) return { kind: 'watermark', found: applied.watermark };
  owned.watermark = next;
  watch.lap('apply');

  return {
    kind: 'taken',
    report: {
      now,
      recordsByTopic: countByTopic(batch),
      records: batch.length,
      decisions,
      deadLetters: sorted.unreadable.map(({ failure }) => failure.reason),
      interactions: sorted.own.length - decisions.length,
      ignoredInteractions: sorted.ignored,
      rerouted: sorted.rerouted.length,
      stages: watch.laps(),
    },
  };
}

function customerKeys(deps: ShardDeps, own: readonly OwnRecord[]): string[] {
  return own.map((each) =>
    deps.customerKey(each.kind === 'message' ? each.message.customerId : each.interaction.customerId),
  );
}

interface Deciding {
  readonly deps: ShardDeps;
  readonly owned: OwnedShard;
  readonly policy: Policy;
  readonly outputs: Outputs;
  readonly states: CustomerStates;
}

function decideInOrder(deciding: Deciding, own: readonly OwnRecord[], keys: readonly string[]): Decision[] {
  const decisions: Decision[] = [];
  for (const [i, each] of own.entries()) {
    const key = keys[i] as string;
    if (each.kind === 'interaction') {
      deciding.states.fold(key, each.interaction);
      continue;
    }
    const decision = deciding.states.decide(key, each.message);
    decisions.push(decision);
    addDecision(deciding, each, decision);
  }
  return decisions;
}

function addDecision(
  { deps, owned, policy, outputs }: Deciding,
  { record, source, message }: Extract<OwnRecord, { kind: 'message' }>,
  decision: Decision,
): void {
  const { topics, inputs } = deps.settings;
  const place = owned.layout.outputPartition;
  const decided = {
    record,
    source,
    decision,
    decisionId: decisionId(source, record.timestamp),
    policy,
  };
  if (decision.outcome === 'cleared') {
    const ofInput = inputs.find((input) => input.topic === source.topic)?.cleared;
    const topic = ofInput ?? topics.clearedByChannel.get(decision.channel) ?? topics.cleared;
    outputs.add(place(topic), clearedRecord(decided));
    if (topics.decided === undefined) return;
  }
  const whole = decisionRecord({ ...decided, message, format: deps.outputFormat });
  if (decision.outcome !== 'cleared') outputs.add(place(topics.suppressed), whole);
  if (topics.decided !== undefined) outputs.add(place(topics.decided), whole);
}

function addUndecided(
  deps: ShardDeps,
  owned: OwnedShard,
  sorted: SortedBatch,
  outputs: Outputs,
  now: Instant,
): void {
  for (const { record, source, topic, partition } of sorted.rerouted) {
    outputs.add({ topic, partition }, reroutedRecord({ record, source, now }));
  }
  const place = owned.layout.outputPartition(deps.settings.topics.deadLetter);
  for (const unreadable of sorted.unreadable) outputs.add(place, deadLetter(deps, owned, unreadable, now));
}

/** The whole record if it can be forwarded, else without what makes it large. */
function deadLetter(
  deps: ShardDeps,
  owned: OwnedShard,
  unreadable: UnreadableRecord,
  now: Instant,
): OutputRecord {
  const { service, recordBytesMax } = deps.settings;
  const letter = {
    ...unreadable,
    service: { name: service, shard: owned.layout.shard },
    now,
  };
  const whole = deadLetterRecord(letter);
  return recordBytes(whole) <= recordBytesMax ? whole : deadLetterRecord({ ...letter, dropValue: true });
}

function changelogRecord(key: Buffer, value: Buffer | null, now: Instant): OutputRecord {
  return { key, value, headers: [], timestamp: now };
}

/** The reply may get lost; the same call again is harmless, and it is the only one that may follow. */
async function apply(deps: ShardDeps, owned: OwnedShard, change: StateChange): Promise<Applied> {
  for (let tries = 1; ; tries++) {
    try {
      return await deps.store.apply(owned.layout.shard, change);
    } catch (error) {
      if (!(error instanceof TactError) || tries === APPLY_TRIES) throw error;
    }
  }
}

function countByTopic(batch: readonly LogRecord[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { topic } of batch) counts.set(topic, (counts.get(topic) ?? 0) + 1);
  return counts;
}
