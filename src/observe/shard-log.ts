import type { ShardObserver } from '../shard/observer.ts';
import type { Logger } from './logger.ts';

/** Writes what happens to shards; a turn that goes well is no line. */
export function shardLog(logger: Logger): ShardObserver {
  const running = new Set<number>();
  return {
    stateChanged(shard, state) {
      if (state === 'running' && !running.has(shard)) logger.event('shard-running', { shard });
      if (state === 'stopped') logger.event('shard-revoked', { shard });
      if (state === 'running') running.add(shard);
      else running.delete(shard);
    },
    acquireStarted: (shard, cause) => logger.event('shard-acquiring', { shard, cause }),
    acquired: (shard, tookMs, replayedRecords, rebuilt) =>
      logger.event('shard-acquired', { shard, tookMs: Math.round(tookMs), replayedRecords, rebuilt }),
    watermarkMismatch: (shard, expected, found) =>
      logger.event('watermark-mismatch', { shard, expected, found }),
    transaction(shard, result, tookMs) {
      if (result === 'committed') return;
      logger.event('transaction-not-committed', { shard, result, tookMs: Math.round(tookMs) });
    },
    turnFinished() {},
    lag() {},
    deferred() {},
    note: (level, event, fields) => logger.note(level, event, fields),
  };
}
