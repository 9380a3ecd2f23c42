import { type Duration, type Instant, MINUTE } from '../kernel/time.ts';
import type { HoldCause } from '../shard/observer.ts';
import type { ShardSnapshot } from './shard-board.ts';

/** All that health is judged by, at one instant. */
export interface HealthFacts {
  readonly now: Instant;
  readonly policyLoaded: boolean;
  /** Since when this process is no member of the consumer group; absent while it is one. */
  readonly outsideGroupSince?: Instant;
  /** It has been a member before: until then there is no grace. */
  readonly joinedOnce: boolean;
  /** The end has begun: SIGTERM, or an error that ends the process. */
  readonly draining: boolean;
  readonly shards: readonly ShardSnapshot[];
}

export interface HealthReport {
  readonly ok: boolean;
  /** Every check with its answer; names no host, topic, customer or version. */
  readonly checks: readonly HealthCheck[];
}

export interface HealthCheck {
  readonly name: string;
  readonly ok: boolean;
  /** One clause for a person. */
  readonly detail: string;
}

/** A rebalance may take this long before the process counts as out of the group, and an acquire before it counts as stuck. */
export const READY_GRACE: Duration = MINUTE;
/** A running shard that work waits for must finish a turn within this time. */
export const PROGRESS_DEADLINE: Duration = 5 * MINUTE;

const NEEDS_OPERATOR: readonly HoldCause[] = ['position-lost', 'log-inconsistent', 'failed'];

/** Whether a restart would not help: red only for what Kafka and Redis have no part in. */
export function judgeLive(facts: HealthFacts): HealthReport {
  const stuck = facts.shards.filter((shard) => isStuck(shard, facts.now)).length;
  return report([
    { name: 'event-loop', ok: true, detail: 'answers' },
    {
      name: 'progress',
      ok: stuck === 0,
      detail:
        stuck === 0 ? 'no shard is stuck' : `${shards(stuck)} neither ran a turn nor held while work waited`,
    },
  ]);
}

/** Whether this process does its part: joined, with a policy, its shards acquired, not on its way out. */
export function judgeReady(facts: HealthFacts): HealthReport {
  return report([
    { name: 'not-draining', ok: !facts.draining, detail: facts.draining ? 'shutting down' : 'staying' },
    { name: 'policy', ok: facts.policyLoaded, detail: facts.policyLoaded ? 'loaded' : 'not loaded yet' },
    judgeGroup(facts),
    judgeAcquired(facts),
    judgeFailed(facts),
  ]);
}

function judgeGroup({ now, outsideGroupSince, joinedOnce }: HealthFacts): HealthCheck {
  const name = 'group';
  if (outsideGroupSince === undefined)
    return { name, ok: joinedOnce, detail: joinedOnce ? 'joined' : 'not joined yet' };
  const ok = joinedOnce && now - outsideGroupSince <= READY_GRACE;
  return { name, ok, detail: ok ? 'rejoining' : joinedOnce ? 'left for too long' : 'not joined yet' };
}

function judgeAcquired({ now, shards: all }: HealthFacts): HealthCheck {
  const late = all.filter((shard) => shard.state === 'acquiring' && now - shard.since > READY_GRACE).length;
  const detail = late === 0 ? 'in time' : `${shards(late)} not acquired for more than a minute`;
  return { name: 'acquired', ok: late === 0, detail };
}

function judgeFailed({ shards: all }: HealthFacts): HealthCheck {
  const failed = all.filter((shard) => shard.state === 'holding' && isFailure(shard.cause)).length;
  return {
    name: 'shards',
    ok: failed === 0,
    detail: failed === 0 ? 'none failed' : `${shards(failed)} need an operator`,
  };
}

function isFailure(cause: string | undefined): boolean {
  return NEEDS_OPERATOR.includes(cause as HoldCause);
}

function isStuck(shard: ShardSnapshot, now: Instant): boolean {
  if (shard.state !== 'running' || shard.lagRecords === 0) return false;
  return now - shard.lastProgressAt > PROGRESS_DEADLINE;
}

function report(checks: readonly HealthCheck[]): HealthReport {
  return { ok: checks.every((check) => check.ok), checks };
}

function shards(count: number): string {
  return count === 1 ? '1 shard' : `${count} shards`;
}
