import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { WrittenPolicy } from '../../oracle/written.ts';
import { type Arrival, historyArbitrary, objectorArbitrary } from './history-arbitraries.ts';
import { policyArbitrary, tieredPolicyArbitrary } from './policy-arbitraries.ts';
import { runBoth } from './run-both.ts';

/** So many histories; a run for the record takes a hundred thousand. */
const RUNS = Number(process.env.ORACLE_RUNS ?? 600);
const SEED = Number(process.env.ORACLE_SEED ?? 4);
const IS_USUAL = process.env.ORACLE_RUNS === undefined && process.env.ORACLE_SEED === undefined;

/** Verdict, reason and kind of rule that occur in the usual run, so that they are known to have been compared in it. */
const MUST_OCCUR = [
  ...['cleared cleared no rule', 'suppressed opted-out no rule', 'suppressed expired no rule'],
  'suppressed cancelled no rule',
  ...['suppressed cap-reached cap', 'suppressed cap-reserved cap', 'suppressed ceiling-reached ceiling'],
  ...['suppressed too-soon gap', 'suppressed duplicate duplicate', 'suppressed repeated duplicate'],
  ...['suppressed no-consent consent', 'suppressed consent-outdated consent', 'suppressed expired expiry'],
  ...[
    'suppressed quiet-hours quietHours',
    'suppressed unanswered unanswered',
    'suppressed after-event after',
  ],
  ...['suppressed declined preference', 'deferred unwelcome-time preference', 'deferred cap-reached cap'],
  ...['deferred quiet-hours quietHours', 'deferred after-event after', 'deferred too-soon gap'],
];

const yamlOf = (policy: WrittenPolicy) => stringify(policy, { aliasDuplicateObjects: false });

function show(policy: WrittenPolicy, arrivals: readonly Arrival[], difference: string): string {
  const lines = arrivals.map(
    ({ now, ...what }, i) => `${i} ${new Date(now).toISOString()} ${JSON.stringify(what)}`,
  );
  return `${yamlOf(policy)}\n${lines.join('\n')}\n\n${difference}\n`;
}

/** The usual histories, or those of customers who object, under policies that tell them apart by what they did. */
const CASES = {
  anybody: { policies: policyArbitrary, histories: historyArbitrary, runs: RUNS },
  objectors: { policies: tieredPolicyArbitrary, histories: objectorArbitrary, runs: Math.ceil(RUNS / 2) },
};

/** Compares until the first difference; gives each decision that occurred. */
function compareAll({ policies, histories, runs }: (typeof CASES)[keyof typeof CASES]): ReadonlySet<string> {
  const seen = new Set<string>();
  const property = fc.property(policies, fc.boolean(), histories, (policy, asJson, arrivals) => {
    const run = runBoth(policy, asJson ? JSON.stringify(policy) : yamlOf(policy), arrivals);
    for (const each of run.seen) seen.add(each);
    if (run.difference !== undefined) throw new Error(run.difference);
  });
  const { failed, seed, counterexample, errorInstance } = fc.check(property, { numRuns: runs, seed: SEED });
  if (failed && counterexample) {
    const [policy, , arrivals] = counterexample;
    const said = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
    throw new Error(`seed ${seed}, the smallest case:\n\n${show(policy, arrivals, said)}`);
  }
  expect(failed).toBe(false);
  return seen;
}

test('a policy decides as the oracle does, whatever it says and whatever happened', { timeout: 0 }, () => {
  const seen = compareAll(CASES.anybody);
  expect(MUST_OCCUR.filter((each) => IS_USUAL && !seen.has(each))).toEqual([]);
});

test('so it does for customers who object, and want to be written to again', { timeout: 0 }, () => {
  compareAll(CASES.objectors);
});
