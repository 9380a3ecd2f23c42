import type { Policy } from '../decide/policy.ts';
import type { Instant } from '../kernel/time.ts';
import type { Decision } from '../model/decision.ts';
import type { TestSuite } from './parse-tests.ts';
import { Rehearsal } from './rehearsal.ts';
import {
  EXPECTED_FIELDS,
  type Expected,
  type ExpectedField,
  namesText,
  type Step,
  type TestCase,
} from './test-case.ts';

export interface TestResult {
  readonly test: TestCase;
  /** Of every expectation, in the order of the file. */
  readonly checks: readonly Check[];
}

/** One expectation beside the decision that it is about. */
export interface Check {
  /** Id of a message that waited, and was looked at; absent: the message was asked at this instant. */
  readonly waited?: string;
  readonly at: Instant;
  /** Of the expectation, from 1. */
  readonly line: number;
  readonly column: number;
  /** Undefined when no such message was asked for. */
  readonly decision: Decision | undefined;
  /** Whose clocks tell the times: the customer's, else the policy's. */
  readonly timezone: string;
  /** Empty = as expected. */
  readonly differences: readonly Difference[];
}

export interface Difference {
  readonly field: ExpectedField;
  readonly expected: string | Instant;
  /** Undefined: the decision has no such field. */
  readonly got: string | Instant | undefined;
}

/** Every test of the suite, each in a world of its own. */
export function runTests({ policy, tests }: TestSuite): TestResult[] {
  return tests.map((test) => ({ test, checks: runTest(policy, test) }));
}

/** Whether everything was as expected. */
export function isGreen({ checks }: TestResult): boolean {
  return checks.every(({ differences }) => differences.length === 0);
}

function runTest(policy: Policy, { steps }: TestCase): Check[] {
  const world = new Rehearsal(policy);
  return steps.flatMap((step): Check[] => {
    const decision = play(step, world);
    if ((step.kind !== 'message' && step.kind !== 'waited') || step.expected === undefined) return [];
    const { at, line, column } = step;
    const waited = step.kind === 'waited' && { waited: step.messageId };
    const differences = differencesOf(step.expected, decision);
    return [{ ...waited, at, line, column, decision, timezone: world.timezone, differences }];
  });
}

function play(step: Step, world: Rehearsal): Decision | undefined {
  switch (step.kind) {
    case 'sent':
      return void world.send(step.message, step.at);
    case 'interaction':
      return void world.hear(step.interaction, step.at);
    case 'message':
      return world.ask(step.message, step.at);
    case 'waited':
      return world.lookAt(step.messageId, step.at);
  }
}

function differencesOf(expected: Expected, decision: Decision | undefined): Difference[] {
  return EXPECTED_FIELDS.flatMap((field) => {
    const wanted = expected[field];
    const got = decision && gotOf(decision, field);
    const isNever = field === 'nextEligibleAt' && wanted === 'never' && decision !== undefined;
    if (wanted === undefined || wanted === got || (isNever && got === undefined)) return [];
    return [{ field, expected: wanted, got }];
  });
}

function gotOf(decision: Decision, field: ExpectedField): string | Instant | undefined {
  switch (field) {
    case 'blockedBy':
      return namesText(
        decision.findings.flatMap(({ verdict, rule }) => (verdict === 'blocks' ? [rule] : [])),
      );
    case 'count':
    case 'limit': {
      const amount = decision.findings.find(({ rule }) => rule === decision.rule)?.[field];
      return amount === undefined ? undefined : String(amount);
    }
    default:
      return decision[field];
  }
}
