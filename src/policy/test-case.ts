import type { Instant } from '../kernel/time.ts';
import type { Decision, Finding } from '../model/decision.ts';
import type { Interaction } from '../model/interaction.ts';
import type { OutboundMessage } from '../model/message.ts';
import type { Path } from './problem.ts';

/** One test of a policy: what happens to one customer, in the order of time, and what is expected. */
export interface TestCase {
  readonly name: string;
  /** From 1, in its file. */
  readonly line: number;
  readonly column: number;
  /** What `+3d` counts from. */
  readonly start: Instant;
  readonly steps: readonly Step[];
}

export type Step =
  /** Goes out, whatever the rules say. */
  | { readonly kind: 'sent'; readonly at: Instant; readonly message: OutboundMessage }
  | { readonly kind: 'interaction'; readonly at: Instant; readonly interaction: Interaction }
  | ({ readonly kind: 'message'; readonly message: OutboundMessage } & Asked)
  /** What became of a message that waited, by this instant. */
  | ({ readonly kind: 'waited'; readonly messageId: string } & Asked);

interface Asked {
  readonly at: Instant;
  /** Absent: the message only goes through. */
  readonly expected?: Expected;
  /** Of the expectation, from 1. */
  readonly line: number;
  readonly column: number;
}

export const EXPECTED_FIELDS = [
  'outcome',
  'verdict',
  'reason',
  'rule',
  'blockedBy',
  'count',
  'limit',
  'nextEligibleAt',
  'dueAt',
  'decidedAt',
  'tier',
  'class',
  'channel',
] as const satisfies readonly (keyof Decision | keyof Finding | 'blockedBy')[];
export type ExpectedField = (typeof EXPECTED_FIELDS)[number];

/** What a decision has to say; what is absent may be anything, and `never` stands for a time that is absent. */
export type Expected = Readonly<Partial<Record<ExpectedField, string | Instant>>>;

/** Several names as one text, in whatever order they come; `nothing` for none. */
export function namesText(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : [...names].sort().join(', ');
}

/** Where a part of a test is in its file. */
export type Placing = (path: Path) => { readonly line: number; readonly column: number };
