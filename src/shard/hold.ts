import { TactError } from '../kernel/errors.ts';
import type { AcquireCause, HoldCause } from './observer.ts';

/** Why the shard has to be acquired after this error. */
export function acquireCauseOf(error: unknown): AcquireCause {
  if (!(error instanceof TactError)) return 'failed';
  switch (error.code) {
    case 'producer-fenced':
      return 'fenced';
    case 'commit-ambiguous':
      return 'ambiguous';
    case 'transaction-failed':
      return 'transaction';
    case 'redis-unreachable':
    case 'redis-refused':
      return 'redis';
    case 'registry-unreachable':
      return 'registry';
    case 'clock-wrong':
      return 'clock';
    case 'partition-stalled':
      return 'stalled';
    case 'kafka-unreachable':
    case 'kafka-refused':
    case 'not-a-member':
      return 'kafka';
    default:
      return 'failed';
  }
}

/** What the shard waits for after an acquire failed with this error. */
export function holdCauseOf(error: unknown): HoldCause {
  if (!(error instanceof TactError)) return 'failed';
  switch (error.code) {
    case 'redis-unreachable':
    case 'redis-refused':
      return 'redis';
    case 'registry-unreachable':
      return 'registry';
    case 'clock-wrong':
      return 'clock';
    case 'position-lost':
      return 'position-lost';
    case 'changelog-held-back':
      return 'changelog-held-back';
    case 'log-inconsistent':
    case 'state-corrupt':
      return 'log-inconsistent';
    case 'invalid-config':
    case 'invalid-policy':
    case 'usage':
      return 'failed';
    default:
      return 'kafka';
  }
}

/** What the shard waits for when acquiring it again and again for this cause has not helped. */
export function holdCauseAfter(cause: AcquireCause): HoldCause {
  switch (cause) {
    case 'fenced':
      return 'contended';
    case 'transaction':
      return 'refused';
    case 'watermark':
    case 'due-index':
    case 'redis':
      return 'redis';
    case 'assigned':
    case 'ambiguous':
    case 'stale':
    case 'stalled':
    case 'kafka':
      return 'kafka';
    default:
      return cause;
  }
}

/** Whether it will not pass by itself. */
export function needsOperator(cause: HoldCause): boolean {
  return cause === 'position-lost' || cause === 'log-inconsistent';
}
