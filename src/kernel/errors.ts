/**
 * What can go wrong while operating Tact, and what may be done about it. Expected results (a refused apply, a
 * suppressed message) are values, never errors. A code says what failed; `retryable` whether the same call may succeed
 * later without anybody changing anything.
 */
export const ERROR_CODES = {
  'kafka-unreachable': { retryable: true, means: 'no broker answered, or the connection was lost' },
  'partition-stalled': {
    retryable: true,
    means: 'a partition was asked for long and gave nothing, though it has records or has not answered',
  },
  'kafka-refused': {
    retryable: false,
    means: 'the broker refused the request (authorisation, unsupported version, missing topic)',
  },
  'producer-fenced': {
    retryable: false,
    means: 'another owner took the shard, or the transaction timed out',
  },
  'commit-ambiguous': { retryable: false, means: 'the commit was sent and its outcome is unknown' },
  'transaction-failed': {
    retryable: false,
    means: 'a request inside a transaction failed; the producer must not be used again',
  },
  'not-a-member': { retryable: true, means: 'the consumer group does not know this process at the moment' },
  'redis-unreachable': { retryable: true, means: 'Redis did not answer in time, or the connection was lost' },
  'redis-refused': {
    retryable: true,
    means: 'Redis answered with an error (read-only, out of memory, no permission, loading)',
  },
  'registry-unreachable': { retryable: true, means: 'the schema registry did not answer' },
  'state-corrupt': { retryable: false, means: 'stored bytes are not a state of any known version' },
  'log-inconsistent': {
    retryable: false,
    means: 'positions, changelog and Redis contradict each other; an operator must decide',
  },
  'position-lost': {
    retryable: false,
    means: 'where the shard has to read on is unknown, or no longer in the log; an operator must decide',
  },
  'changelog-held-back': {
    retryable: true,
    means: 'a hanging transaction of somebody else keeps the changelog from being read to its end',
  },
  'clock-wrong': {
    retryable: true,
    means: "this machine's clock is too far from the shard's last turn or from the broker's clock",
  },
  'invalid-config': { retryable: false, means: 'the configuration has errors' },
  'invalid-policy': { retryable: false, means: 'the policy has errors' },
  usage: { retryable: false, means: 'the command line is not understood' },
} as const satisfies Record<string, { retryable: boolean; means: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** The one error class. The message says what failed, with which value, and what to do; never a customer's data. */
export class TactError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown; retryable?: boolean }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TactError';
    this.code = code;
    this.retryable = options?.retryable ?? ERROR_CODES[code].retryable;
  }
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** States an invariant; its failure is a bug, never an operating condition. */
export function assert(fact: unknown, mustHold: string): asserts fact {
  if (!fact) throw new Error(`invariant broken: ${mustHold}`);
}
