import type { Policy } from '../decide/policy.ts';
import { UNRULED_NAMES } from '../decide/unruled.ts';
import type { Instant } from '../kernel/time.ts';
import { complaintsOf } from './complaints.ts';
import { didYouMean } from './did-you-mean.ts';
import { readDocument } from './document.ts';
import { policyTestKeys } from './json-schema.ts';
import { placed } from './placed.ts';
import type { Complaint, Path, Problem } from './problem.ts';
import { at, isMapping, listOf } from './raw.ts';
import type { Placing, Step, TestCase } from './test-case.ts';
import { START } from './test-moment.ts';
import { testFileSchema, type WrittenTest, type WrittenTests } from './test-schema.ts';
import { StepWriter } from './test-steps.ts';

/** A policy and the examples of what it decides. */
export interface TestSuite {
  readonly policy: Policy;
  readonly tests: readonly TestCase[];
}

export type ParsedTests =
  | { readonly ok: true; readonly suite: TestSuite }
  /** At least one, errors all, in the order of the file. */
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The policy that a file of tests names; or why it cannot be had. */
export type PolicyOfTests =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly why: string };

/** The largest file of tests that is read. */
const TESTS_KILOBYTES_MAX = 512;

/**
 * Reads a file of policy tests whole or not at all; `fileName` is only what problems call it, `policyAt` is asked once
 * for the policy by the name that the file has for it. Never throws by itself.
 */
export function parseTests(
  text: string,
  fileName: string,
  policyAt: (name: string) => PolicyOfTests,
): ParsedTests {
  const document = readDocument(text, TESTS_KILOBYTES_MAX);
  const refuse = (complaints: readonly Complaint[]): ParsedTests => ({
    ok: false,
    problems: placed(complaints, document, fileName),
  });
  if (document.value === undefined) return refuse(document.complaints);
  const parsed = testFileSchema.safeParse(document.value, { reportInput: true });
  const named = at(document.value, 'policy');
  const policy = typeof named === 'string' ? policyAt(named) : undefined;
  const complaints = [
    ...document.complaints,
    ...complaintsOf(parsed.error?.issues ?? [], policyTestKeys),
    ...aboutPolicy(document.value, policy),
  ];
  if (!parsed.success) return refuse(complaints);
  const placing: Placing = (path) => document.place({ code: 'value', path, message: '' });
  const written = parsed.data.tests.map((test, i) => caseOf(parsed.data, test, i, placing));
  complaints.push(...written.flatMap(({ complaints: each }) => each));
  if (complaints.length > 0 || !policy?.ok) return refuse(complaints);
  return { ok: true, suite: { policy: policy.policy, tests: written.map(({ test }) => test) } };
}

function aboutPolicy(file: unknown, policy: PolicyOfTests | undefined): Complaint[] {
  if (policy === undefined) return [];
  if (!policy.ok) return [{ code: 'value', path: ['policy'], message: policy.why }];
  const rules = policy.policy.rules.map(({ id }) => id);
  return [...expectations(file, [])].flatMap(([expected, path]) => [
    ...aboutRule(at(expected, 'rule'), [...path, 'rule'], rules, []),
    ...aboutBlockers(at(expected, 'blockedBy'), [...path, 'blockedBy'], rules),
  ]);
}

function aboutBlockers(written: unknown, path: Path, rules: readonly string[]): Complaint[] {
  if (typeof written === 'string') return aboutRule(written, path, rules, UNRULED_NAMES);
  return listOf(written).flatMap((each, i) => aboutRule(each, [...path, i], rules, UNRULED_NAMES));
}

function aboutRule(
  rule: unknown,
  path: Path,
  rules: readonly string[],
  unruled: readonly string[],
): Complaint[] {
  if (typeof rule !== 'string' || [...rules, ...unruled, 'ceiling'].includes(rule)) return [];
  const hint = didYouMean(rule, rules) ?? `the policy has ${rules.join(', ')}`;
  return [{ code: 'unknown-name', path, message: `there is no rule ${rule}`, hint }];
}

function* expectations(part: unknown, path: Path): Generator<[expected: unknown, path: Path]> {
  for (const [i, each] of listOf(part).entries()) yield* expectations(each, [...path, i]);
  if (!isMapping(part)) return;
  for (const [key, value] of Object.entries(part)) {
    if (key === 'expect') yield [value, [...path, key]];
    else yield* expectations(value, [...path, key]);
  }
}

interface WrittenCase {
  readonly test: TestCase;
  readonly complaints: readonly Complaint[];
}

function caseOf(file: WrittenTests, written: WrittenTest, i: number, placing: Placing): WrittenCase {
  const path = ['tests', i];
  const start = startOf(file, written);
  const writer = new StepWriter(start ?? 0, placing);
  const steps = [...customerSteps(file, written, writer), ...historySteps(written, path, writer)].sort(
    byTime,
  );
  const asked = askedSteps(written, path, writer);
  const complaints = [
    ...(start === undefined ? [NO_START(path)] : []),
    ...aboutAsked(written, path),
    ...aboutOrder(steps, asked, path),
  ];
  const place = placing([...path, 'name']);
  return {
    test: { name: written.name, ...place, start: start ?? 0, steps: [...steps, ...asked] },
    complaints,
  };
}

function startOf(file: WrittenTests, { start = file.start }: WrittenTest): Instant | undefined {
  return start?.kind === 'at' ? start.instant : undefined;
}

const NO_START = (path: Path): Complaint => ({
  code: 'missing',
  path,
  message: 'expected a start such as 2026-03-10T09:00:00+01:00, here or at the top',
});

function customerSteps(file: WrittenTests, { customer }: WrittenTest, writer: StepWriter): Step[] {
  if (customer === 'unknown' || (customer === undefined && file.customer === 'unknown')) return [];
  const usual = file.customer === 'unknown' ? undefined : file.customer;
  if (customer === undefined && usual === undefined) return [];
  return writer.customer({ ...usual, ...customer });
}

function historySteps({ history }: WrittenTest, path: Path, writer: StepWriter): Step[] {
  return history.flatMap((step, i) => writer.step(step, [...path, 'history', i]));
}

function askedSteps({ message, expect, timeline }: WrittenTest, path: Path, writer: StepWriter): Step[] {
  if (timeline !== undefined)
    return timeline.flatMap((step, i) => writer.step(step, [...path, 'timeline', i]));
  if (message === undefined) return [];
  const { at: moment = START, ...fields } = message;
  return [writer.asked(moment, fields, expect, [...path, 'expect'])];
}

function aboutAsked({ message, expect, timeline }: WrittenTest, path: Path): Complaint[] {
  const complain = (message: string): Complaint[] => [{ code: 'value', path, message }];
  if (timeline === undefined) {
    if (message !== undefined && expect !== undefined) return [];
    return complain('expected a message with what to expect, or a timeline');
  }
  if (message !== undefined || expect !== undefined)
    return complain('expected a message or a timeline, not both');
  return timeline.some((step) => step.expect !== undefined) ? [] : complain('nothing is expected');
}

function aboutOrder(before: readonly Step[], asked: readonly Step[], path: Path): Complaint[] {
  const steps = [...before.slice(-1), ...asked];
  const late = steps.findIndex((step, i) => i > 0 && step.at < (steps[i - 1]?.at ?? step.at));
  if (late < 0) return [];
  const message =
    late === 1 && before.length > 0
      ? 'the history reaches beyond the first thing that is asked: write it in the timeline, or ask later'
      : 'the timeline goes back in time';
  return [{ code: 'value', path, message, hint: 'write what happens in the order of time' }];
}

function byTime(one: Step, other: Step): number {
  return one.at - other.at;
}
