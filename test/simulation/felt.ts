import type { Duration } from '../../src/kernel/time.ts';
import type { Deferred } from '../../src/shard/deferred.ts';
import { needsOperator } from '../../src/shard/hold.ts';
import type {
  AcquireCause,
  HoldCause,
  PartitionLag,
  ShardObserver,
  ShardState,
  TurnReport,
} from '../../src/shard/observer.ts';

/** What the shards noticed of what went wrong, counted: faults that nobody feels prove nothing. */
export class Felt implements ShardObserver {
  readonly counts = new Map<string, number>();
  /** What a shard held for that it said only an operator can mend. */
  operatorCalledFor: string | undefined;

  count(what: string, times = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  stateChanged(_shard: number, state: ShardState, cause?: HoldCause | AcquireCause): void {
    if (state !== 'holding') return;
    this.count(`hold: ${cause}`);
    if (cause === 'failed' || needsOperator(cause as HoldCause)) this.operatorCalledFor ??= cause;
  }

  acquireStarted(_shard: number, cause: AcquireCause): void {
    this.count(`acquire: ${cause}`);
  }

  acquired(_shard: number, _took: Duration, _replayedRecords: number, rebuilt: boolean): void {
    if (rebuilt) this.count('view rebuilt');
  }

  watermarkMismatch(_shard: number, expected: number, found: number): void {
    this.count(`watermark ${found < expected ? 'behind' : 'ahead'}`);
  }

  turnFinished(_shard: number, turn: TurnReport): void {
    this.count('turns');
    if (turn.released > 0) this.count('waits over', turn.released);
    if (turn.rerouted > 0) this.count('re-routed', turn.rerouted);
  }

  transaction(_shard: number, result: 'committed' | 'aborted' | 'ambiguous' | 'fenced'): void {
    this.count(`transaction: ${result}`);
  }

  lag(_shard: number, _lag: readonly PartitionLag[]): void {}

  deferred(_shard: number, _deferred: Deferred): void {}

  note(_level: 'info' | 'warn' | 'error', event: string): void {
    if (event === 'deferral-missing') this.count(event);
  }
}
