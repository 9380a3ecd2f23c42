import type { Instant } from '../kernel/time.ts';
import type { Finding } from '../model/decision.ts';

/** What all findings together say. */
export interface Combined {
  /** The finding that binds; undefined when nothing blocks. */
  readonly binding: Finding | undefined;
  /** When everything that blocks now allows it; undefined when nothing blocks, or that never comes in time. */
  readonly nextEligibleAt: Instant | undefined;
}

/**
 * All findings in the order of the policy. Of those that block, one that never allows it binds before one that does,
 * a later time before an earlier one, and the first before the others. Shadow findings have no say.
 */
export function combine(findings: readonly Finding[]): Combined {
  let binding: Finding | undefined;
  let deadline = Number.POSITIVE_INFINITY;
  for (const finding of findings) {
    if (finding.shadow) continue;
    if (finding.allowsUntil !== undefined) deadline = Math.min(deadline, finding.allowsUntil);
    if (finding.verdict === 'blocks' && (!binding || eligibility(finding) > eligibility(binding)))
      binding = finding;
  }
  const next = binding?.nextEligibleAt;
  return { binding, nextEligibleAt: next === undefined || next >= deadline ? undefined : next };
}

function eligibility({ nextEligibleAt }: Finding): Instant {
  return nextEligibleAt ?? Number.POSITIVE_INFINITY;
}
