import type { Instant } from '../kernel/time.ts';
import type { Finding } from '../model/decision.ts';

/** What all findings together say. */
export interface Combined {
  /** The finding that binds; undefined when nothing blocks. */
  readonly binding: Finding | undefined;
  /** All that block, shadow findings left out. */
  readonly blocking: readonly Finding[];
  /** When each of those that block would allow it; undefined when nothing blocks, or that never comes in time. */
  readonly nextEligibleAt: Instant | undefined;
  /** From then on the message can never clear; infinite where there is no such instant. */
  readonly deadline: Instant;
}

const NOTHING: readonly Finding[] = Object.freeze([]);

/**
 * All findings in the order of the policy. Of those that block, one that never allows it binds before one that does,
 * a later time before an earlier one, and the first before the others. Shadow findings have no say.
 */
export function combine(findings: readonly Finding[]): Combined {
  let binding: Finding | undefined;
  let blocking: Finding[] | undefined;
  let deadline = Number.POSITIVE_INFINITY;
  for (const finding of findings) {
    if (finding.shadow) continue;
    if (finding.allowsUntil !== undefined) deadline = Math.min(deadline, finding.allowsUntil);
    if (finding.verdict !== 'blocks') continue;
    blocking ??= [];
    blocking.push(finding);
    if (!binding || eligibility(finding) > eligibility(binding)) binding = finding;
  }
  const next = binding?.nextEligibleAt;
  return {
    binding,
    blocking: blocking ?? NOTHING,
    nextEligibleAt: next === undefined || next >= deadline ? undefined : next,
    deadline,
  };
}

function eligibility({ nextEligibleAt }: Finding): Instant {
  return nextEligibleAt ?? Number.POSITIVE_INFINITY;
}
