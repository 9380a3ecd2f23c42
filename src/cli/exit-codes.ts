import type { ErrorCode } from '../kernel/errors.ts';
import { TactError } from '../kernel/errors.ts';

/** What the shell is told; the same in every command. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  invalid: 3,
  failed: 4,
  differences: 5,
  unreachable: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const BY_CODE: Partial<Record<ErrorCode, ExitCode>> = {
  usage: EXIT.usage,
  'invalid-config': EXIT.invalid,
  'invalid-policy': EXIT.invalid,
  'kafka-unreachable': EXIT.unreachable,
  'kafka-refused': EXIT.unreachable,
  'redis-unreachable': EXIT.unreachable,
  'redis-refused': EXIT.unreachable,
  'registry-unreachable': EXIT.unreachable,
};

/** The exit code of a command that threw: a dependency that refuses us counts as one that cannot be reached. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof TactError) return BY_CODE[error.code] ?? EXIT.unexpected;
  return EXIT.unexpected;
}
