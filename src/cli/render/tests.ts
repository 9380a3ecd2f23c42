import type { Policy } from '../../decide/policy.ts';
import type { Duration, Instant } from '../../kernel/time.ts';
import { DAY, formatDuration, HOUR, MINUTE, SECOND } from '../../kernel/time.ts';
import { formatProblemWithFrame } from '../../policy/format-problem.ts';
import type { Problem } from '../../policy/problem.ts';
import { type Check, type Difference, isGreen, type TestResult } from '../../policy/run-tests.ts';
import { explainDecision } from './decision.ts';
import { formatNoun } from './number.ts';
import { plain, type Style } from './style.ts';
import { renderTable } from './table.ts';
import { formatMoment } from './time.ts';

/** A file of policy tests with what came of it: problems, or results. */
export interface TestedFile {
  readonly file: string;
  /** The file's text, for the lines around a problem. */
  readonly text: string;
  readonly problems: readonly Problem[];
  readonly policy?: Policy;
  readonly results?: readonly TestResult[];
}

/** Everything that is wrong with its place, a line per file, and a summary. */
export function renderTestRun(files: readonly TestedFile[], style: Style): string[] {
  const results = files.flatMap((file) => file.results ?? []);
  const red = results.filter((result) => !isGreen(result)).length;
  const unread = files.filter(({ problems }) => problems.length > 0).length;
  const counts = [
    `${results.length - red} of ${formatNoun(results.length, 'test')} as expected`,
    ...(red > 0 ? [`${red} not`] : []),
    ...(unread > 0 ? [`${formatNoun(unread, 'file')} with errors`] : []),
  ];
  const summary = `${counts.join(', ')}.`;
  return [
    ...files.flatMap((file) => renderFile(file, style)),
    red + unread > 0 ? style.bad(summary) : style.good(summary),
  ];
}

function renderFile({ file, text, problems, policy, results = [] }: TestedFile, style: Style): string[] {
  if (policy === undefined) {
    return [
      ...problems.map((problem) => formatProblemWithFrame(problem, text)),
      `${style.bad('✗')} ${file}: has errors`,
    ];
  }
  const red = results.filter((result) => !isGreen(result));
  const mark = red.length > 0 ? style.bad('✗') : style.good('✓');
  const green = `${results.length - red.length} of ${formatNoun(results.length, 'test')} as expected`;
  return [
    ...red.flatMap((result) => renderRed(file, result, style)),
    `${mark} ${file}: ${policy.name}@${policy.digest}, ${green}`,
  ];
}

function renderRed(file: string, { test, checks }: TestResult, style: Style): string[] {
  const wrong = checks.filter(({ differences }) => differences.length > 0);
  return [
    `${style.bad('✗')} ${file}:${test.line}:${test.column} ${style.bold(plain(test.name))}`,
    ...wrong.flatMap((check) => renderCheck(check, test.start, style).map((line) => `    ${line}`)),
    '',
  ];
}

function renderCheck(check: Check, start: Instant, style: Style): string[] {
  const { waited, at, line, decision, timezone, differences } = check;
  const rows = differences.map((each) => [
    each.field,
    show(each, each.expected, check, start),
    show(each, each.got, check, start),
  ]);
  const columns = [{ title: 'field' }, { title: 'expected' }, { title: 'got' }];
  const what = waited === undefined ? 'asked' : `${plain(waited)} by`;
  const sentence = decision ? explainDecision(decision, timezone) : 'No such message was asked for.';
  return [
    `line ${line}: ${what} ${formatMoment(at, timezone)}${sinceStart(at, start)}, clock of ${timezone}`,
    ...renderTable(columns, rows, style).map((row) => `  ${row}`),
    `  ${plain(sentence)}`,
  ];
}

function show(
  { field }: Difference,
  value: string | Instant | undefined,
  { timezone, decision }: Check,
  start: Instant,
): string {
  const blocks = decision !== undefined && decision.verdict !== 'cleared';
  if (value === undefined) return blocks && field === 'nextEligibleAt' ? 'never' : '–';
  return typeof value === 'string'
    ? plain(value)
    : `${formatMoment(value, timezone)}${sinceStart(value, start)}`;
}

function sinceStart(at: Instant, start: Instant): string {
  if (at === start) return ' (start)';
  return ` (${at < start ? '-' : '+'}${spell(Math.abs(at - start))})`;
}

/** As the tests write it: `3d4h`. */
function spell(duration: Duration): string {
  const parts: string[] = [];
  let rest = duration;
  for (const size of SIZES) {
    const part = rest - (rest % size);
    if (part > 0) parts.push(formatDuration(part));
    rest %= size;
  }
  return parts.join('');
}

const SIZES = [DAY, HOUR, MINUTE, SECOND, 1];

/** The same as one value; instants in ISO 8601. */
export function testsJson(files: readonly TestedFile[]) {
  const results = files.flatMap((file) => file.results ?? []);
  const passed = results.filter(isGreen).length;
  return {
    ok: passed === results.length && files.every(({ problems }) => problems.length === 0),
    passed,
    failed: results.length - passed,
    files: files.map(({ file, policy, problems, results: own = [] }) => ({
      file,
      policy: policy && `${policy.name}@${policy.digest}`,
      problems,
      tests: own.map((result) => ({
        name: result.test.name,
        line: result.test.line,
        ok: isGreen(result),
        checks: result.checks.map(checkJson),
      })),
    })),
  };
}

function checkJson({ waited, at, line, decision, timezone, differences }: Check) {
  const iso = (value: string | Instant | undefined) =>
    typeof value === 'number' ? new Date(value).toISOString() : value;
  return {
    waited,
    at: iso(at),
    line,
    ok: differences.length === 0,
    differences: differences.map(({ field, expected, got }) => ({
      field,
      expected: iso(expected),
      got: iso(got),
    })),
    explanation: decision && explainDecision(decision, timezone),
  };
}
