import type { ProcessStatus as ReportedProcess, ShardStatus, StatusReport } from '../cli/abilities.ts';
import type { Config } from '../config/config.ts';
import type { PartitionBounds } from '../kafka/cluster.ts';
import type { KafkaLog } from '../kafka/kafka-log.ts';
import { TactError } from '../kernel/errors.ts';
import { SECOND } from '../kernel/time.ts';
import type { Control } from '../model/stop.ts';
import { decodeProcessStatus, lagNow, type ProcessStatus } from '../observe/process-status.ts';
import { RedisProcessBoard } from '../redis/process-board.ts';
import { deferredOf, NOTHING_BUT_COUNTS } from '../shard/deferred.ts';
import { outputTopics, type ShardLayout, shardLayout, subscribedTopics } from '../shard/layout.ts';
import { decodePosition, partitionKey } from '../shard/position.ts';
import type { StateStore } from '../shard/state-store.ts';
import { ControlWatch } from './control-watch.ts';
import { withAdapters } from './kafka-tools.ts';
import { redisSettings, shardSettings } from './settings.ts';

/** What Kafka, Redis and the running processes say of every shard; no process has to be asked. */
export async function readStatus(config: Config): Promise<StatusReport> {
  const processes = await heard(config);
  return withAdapters(config, async ({ log, store }) => {
    const layouts = await allLayouts(config, log);
    const shards = await Promise.all(layouts.map((layout) => shardStatus(layout, log, store, processes)));
    const control = await controlIn(config, log);
    return { shards, processes: processes.map(reported), ...(control && { control }) };
  });
}

/** Undefined where it cannot be told: the rest of the status matters all the more then. */
async function controlIn({ topics }: Config, log: KafkaLog): Promise<Control | undefined> {
  try {
    return await ControlWatch.read(log, topics.control);
  } catch (error) {
    if (error instanceof TactError) return undefined;
    throw error;
  }
}

/** The layout of every shard that the changelog has partitions for. */
export async function allLayouts(config: Config, log: KafkaLog): Promise<ShardLayout[]> {
  const settings = shardSettings(config);
  const topics = [...new Set([...subscribedTopics(settings), ...outputTopics(settings)])];
  const counts = await log.partitionCounts(topics);
  const shards = counts.get(config.topics.changelog) ?? 0;
  return Array.from({ length: shards }, (_, shard) => shardLayout(shard, settings, counts));
}

/** The processes that run at present. */
export async function readProcesses(config: Config): Promise<ReportedProcess[]> {
  return (await heard(config)).map(reported);
}

async function heard(config: Config): Promise<ProcessStatus[]> {
  const board = new RedisProcessBoard(redisSettings(config));
  try {
    const texts = await board.read();
    return texts.map(decodeProcessStatus).filter((status) => status !== undefined);
  } finally {
    await board.close();
  }
}

async function shardStatus(
  layout: ShardLayout,
  log: KafkaLog,
  store: StateStore,
  processes: readonly ProcessStatus[],
): Promise<ShardStatus> {
  const { shard } = layout;
  const view = await store.view(shard);
  const next = view.position === null ? undefined : decodePosition(view.position).next;
  const bounds = await log.bounds([...layout.interactions, ...layout.outbound]);
  const behind = bounds.reduce((sum, each) => sum + behindOf(each, next?.get(partitionKey(each))), 0);
  const ends = bounds.reduce((sum, { end }) => sum + end, 0);
  const { waiting, nextDueAt } = deferredOf(await store.due(shard, NOTHING_BUT_COUNTS));
  return {
    shard,
    watermark: view.watermark,
    lagRecords: behind,
    waiting,
    overdueSeconds: Math.max(0, Date.now() - nextDueAt) / SECOND,
    ...ownership(shard, processes, { behind, ends }),
  };
}

function behindOf({ start, end }: PartitionBounds, position: number | undefined): number {
  return Math.max(0, end - (position ?? start));
}

/** What the process that owns the shard says of it. For a moment two may; then the later one is right. */
function ownership(
  shard: number,
  processes: readonly ProcessStatus[],
  { behind, ends }: { readonly behind: number; readonly ends: number },
): Partial<ShardStatus> {
  const [latest] = processes
    .flatMap((process) =>
      process.shards.filter((each) => each.shard === shard).map((said) => ({ process, said })),
    )
    .sort((one, other) => other.said.since - one.said.since);
  if (!latest) return {};
  const { state, cause, since, lagSeconds } = latest.said;
  const lagRecords = lagNow(latest.said, behind, ends);
  return { owner: latest.process.instance, state, since, lagRecords, lagSeconds, ...(cause && { cause }) };
}

function reported({ instance, host, policy, control, startedAt, at }: ProcessStatus): ReportedProcess {
  return {
    id: instance,
    ...(host !== undefined && { host }),
    startedAt,
    seenAt: at,
    ...(policy && { policy: `${policy.name}@${policy.digest}` }),
    ...(control !== undefined && { control }),
  };
}
