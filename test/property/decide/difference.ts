import type { Decision, Finding } from '../../../src/model/decision.ts';
import type { Answer, Found } from '../../oracle/judge.ts';
import { NEVER } from '../../oracle/view.ts';
import type { WrittenPolicy } from '../../oracle/written.ts';

/** Where the oracle and the real decision do not say the same, one readable line each. */
export function differencesOf(mine: Answer, theirs: Decision, policy: WrittenPolicy): string[] {
  const differences: string[] = [];
  const compare = (what: string, one: unknown, other: unknown) => {
    if (one !== other) differences.push(`${what}: oracle ${text(one)}, tact ${text(other)}`);
  };
  for (const field of ['outcome', 'verdict', 'rule', 'tier', 'channel', 'class', 'claimRefused'] as const)
    compare(field, mine[field], theirs[field]);
  compare('nextEligibleAt', timeOf(mine.nextEligibleAt), timeOf(theirs.nextEligibleAt));
  if (!mine.reasons.includes(theirs.reason)) compare('reason', mine.reasons.join(' or '), theirs.reason);
  if (mine.outcome === 'deferred' && !isDueIn(mine.due, theirs.dueAt)) {
    compare('dueAt', mine.due?.map(timeOf).join(' to '), timeOf(theirs.dueAt));
  }
  const ids = [...policy.rules.map(({ id }) => id), 'ceiling'];
  const ruled = theirs.findings.filter(({ rule }) => ids.includes(rule));
  const binding = theirs.findings.filter((each) => !ids.includes(each.rule) && each.verdict === 'blocks');
  const all = [...binding, ...ruled];
  compare('findings', mine.findings.map(({ rule }) => rule).join(), all.map(({ rule }) => rule).join());
  for (const found of mine.findings) {
    const finding = all.find(({ rule }) => rule === found.rule);
    if (finding !== undefined) differences.push(...differencesInFinding(found, finding));
  }
  return differences;
}

function differencesInFinding(mine: Found, theirs: Finding): string[] {
  const textOf = (blocks: boolean, reason: string, count: unknown, limit: unknown, next: unknown) =>
    `${blocks ? 'blocks' : 'allows'} ${reason} count ${count} limit ${limit} next ${next}`;
  const next = mine.next === undefined || mine.next === NEVER ? undefined : mine.next;
  const rights = mine.says.map(({ reason, count, limit }) =>
    textOf(mine.blocks, reason, count, limit, timeOf(next)),
  );
  const counts = mine.says.some(({ count }) => count !== undefined);
  const { verdict, reason, count, limit, nextEligibleAt } = theirs;
  const got = textOf(
    verdict === 'blocks',
    reason,
    counts ? count : undefined,
    counts ? limit : undefined,
    timeOf(nextEligibleAt),
  );
  const differences: string[] = [];
  if (!rights.includes(got))
    differences.push(`finding ${mine.rule}: oracle ${[...new Set(rights)].join(' or ')}; tact ${got}`);
  if (mine.shadow !== (theirs.shadow === true))
    differences.push(`finding ${mine.rule}: shadow is ${theirs.shadow}`);
  return differences;
}

function isDueIn(due: Answer['due'], at: number | undefined): boolean {
  return due !== undefined && at !== undefined && at >= due[0] && at <= due[1];
}

function timeOf(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}

function text(value: unknown): string {
  return value === undefined ? 'none' : String(value);
}
