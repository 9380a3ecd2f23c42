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
