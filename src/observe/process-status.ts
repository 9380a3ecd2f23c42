import type { Instant } from '../kernel/time.ts';
import { ACQUIRE_CAUSES, HOLD_CAUSES } from '../shard/observer.ts';
import type { ShardSnapshot } from './shard-board.ts';

/** What one process says about itself, for `tact status` and for /api/v1/status. */
export interface ProcessStatus {
  /** Names the process among the others; no two running ones share it. */
  readonly instance: string;
  /** Name of the machine or pod. */
  readonly host?: string;
  readonly startedAt: Instant;
  /** When this was said. */
  readonly at: Instant;
  /** Absent before a policy was loaded. */
  readonly policy?: PolicyStatus;
  /** The version of the control topic that is in force; absent: an older Tact, which knows none. */
  readonly control?: number;
  readonly shards: readonly ShardStatus[];
}

export interface PolicyStatus {
  readonly name: string;
  readonly digest: string;
  readonly enforce: boolean;
}

export type ShardStatus = Omit<ShardSnapshot, 'lastProgressAt'>;

/** The status of this process at `at`. */
export function processStatus(
  self: Omit<ProcessStatus, 'shards'>,
  shards: readonly ShardSnapshot[],
): ProcessStatus {
  return { ...self, shards: shards.map(({ lastProgressAt: _, ...status }) => status) };
}

/**
 * The lag of a shard now. Its owner knows which offsets hold nothing to decide, but spoke a while ago; its position is of
 * now, and counts the marks of transactions in. Both are at least the lag, so the smaller one is.
 *
 * @param behind records from the shard's position to the ends of its partitions
 * @param ends the ends of its partitions now, added up
 */
export function lagNow(
  { lagRecords, endOffsets }: Pick<ShardStatus, 'lagRecords' | 'endOffsets'>,
  behind: number,
  ends: number,
): number {
  if (endOffsets === undefined) return behind;
  return Math.min(behind, lagRecords + Math.max(0, ends - endOffsets));
}

const VERSION = 1;
const STATES = ['acquiring', 'running', 'holding'];
const CAUSES: readonly string[] = [...HOLD_CAUSES, ...ACQUIRE_CAUSES];

/** One line of JSON that `decodeProcessStatus` reads back. */
export function encodeProcessStatus(status: ProcessStatus): string {
  return JSON.stringify({ version: VERSION, ...status });
}

/** Undefined for anything that is not a status of a known version: another program, or a later Tact, wrote it. */
export function decodeProcessStatus(text: string): ProcessStatus | undefined {
  const { version, instance, host, startedAt, at, policy, control, shards } = parseObject(text);
  if (version !== VERSION || typeof instance !== 'string' || !isInstant(startedAt) || !isInstant(at))
    return undefined;
  if (!Array.isArray(shards) || !shards.every(isShardStatus)) return undefined;
  if (policy !== undefined && !isPolicyStatus(policy)) return undefined;
  return {
    instance,
    ...(typeof host === 'string' ? { host } : {}),
    startedAt,
    at,
    ...(policy === undefined ? {} : { policy: pickPolicy(policy) }),
    ...(Number.isSafeInteger(control) ? { control: control as number } : {}),
    shards: shards.map(pickShard),
  };
}

type Fields = Record<string, unknown>;

function parseObject(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isShardStatus(value: unknown): value is ShardStatus {
  if (!isObject(value)) return false;
  const { shard, state, cause, since, lagRecords, endOffsets, lagSeconds } = value;
  const numbers = [shard, lagRecords, lagSeconds].every((each) => typeof each === 'number' && each >= 0);
  const known = STATES.includes(state as string) && (cause === undefined || CAUSES.includes(cause as string));
  const measured = endOffsets === undefined || (typeof endOffsets === 'number' && endOffsets >= 0);
  return numbers && measured && known && isInstant(since);
}

function isPolicyStatus(value: unknown): value is PolicyStatus {
  if (!isObject(value)) return false;
  return (
    typeof value.name === 'string' && typeof value.digest === 'string' && typeof value.enforce === 'boolean'
  );
}

function pickShard({
  shard,
  state,
  cause,
  since,
  lagRecords,
  endOffsets,
  lagSeconds,
}: ShardStatus): ShardStatus {
  return {
    ...{ shard, state, since, lagRecords, lagSeconds },
    ...(endOffsets === undefined ? {} : { endOffsets }),
    ...(cause === undefined ? {} : { cause }),
  };
}

function pickPolicy({ name, digest, enforce }: PolicyStatus): PolicyStatus {
  return { name, digest, enforce };
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isInstant(value: unknown): value is Instant {
  return Number.isSafeInteger(value);
}
