import { appendFileSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { renderReport } from '../../checker/report.mjs';
import { run } from '../../stack/children.mjs';
import { FULL, runChaos } from './chaos.mjs';
import { FAULTS } from './faults.mjs';
import { renderTable, sumOf } from './record.mjs';

const HELP = `Faults at random on three brokers, two Redis servers and three governors, under load; then quiet, and the checker.

  npm run chaos                                  one round of four minutes of faults
  npm run chaos -- --rounds 15                   an hour and a half
  npm run chaos -- --faults F10,F15 --minutes 2  these faults only, by id or by how it begins
  npm run chaos -- --faults F05a --felt 200 --minutes 60
  npm run chaos -- --seed 4242 --keep            the same load and plan again; logs stay in the temporary folder
  npm run chaos -- --list                        the faults
  npm run chaos -- --sum chaos.jsonl             the table of all rounds in a file that --record wrote

--rounds N      rounds, each with topics and governors of its own (1)
--minutes N     faults in each (4)
--felt N        or until each was felt so often
--rate N        messages a second (300)
--seed N        of the first round; the next ones follow
--faults LIST   ids
--record FILE   a line of JSON for each round is added to it
--json          the result as JSON on standard output
--keep          leave logs and configuration where they are

Needs Java 17, redis-server and about 4 GB of memory; a disk that is full can be had as root on Linux only.
Exit code 1 where a promise was broken, or one of the chosen --faults was never felt.
`;

const text = (value) => ({ type: 'string', ...(value && { default: value }) });
const flag = { type: 'boolean', default: false };
const { values } = parseArgs({
  options: {
    ...{ rounds: text('1'), minutes: text('4'), felt: text(), rate: text(String(FULL.perSecond)) },
    ...{ seed: text(String((Date.now() % 1_000_000) + 1)), faults: text(), record: text(), sum: text() },
    ...{ json: flag, keep: flag, list: flag, help: flag },
  },
});

/** Ends the process with what is wrong. */
function refuse(what) {
  process.stderr.write(`${what}\n`);
  process.exit(2);
}

function positive(name) {
  const value = Number(values[name]);
  return value > 0 ? value : refuse(`--${name} must be a number above 0, not "${values[name]}"`);
}

function chosenFaults() {
  if (values.faults === undefined) return FAULTS;
  const wanted = values.faults.split(',').map((each) => each.trim());
  const unknown = wanted.find((each) => !FAULTS.some(({ id }) => id.startsWith(each)));
  if (unknown !== undefined) refuse(`--faults: no fault begins with "${unknown}"; --list shows them`);
  return FAULTS.filter(({ id }) => wanted.some((each) => id.startsWith(each)));
}

async function main() {
  const faults = chosenFaults();
  const felt = values.felt !== undefined && { feltEach: positive('felt') };
  const started = Date.now();
  const log = (line) =>
    process.stderr.write(`${((Date.now() - started) / 1_000).toFixed(1).padStart(7)} s  ${line}\n`);
  const result = await runChaos({
    ...{ faults, log, keep: values.keep, rounds: positive('rounds'), seed: positive('seed') },
    size: { ...FULL, perSecond: positive('rate'), faultsMs: positive('minutes') * 60_000, ...felt },
    onRound(round, counts) {
      if (round.report) log(renderReport(round.report).trimEnd());
      log(round.violations.length === 0 ? 'no judgement is red' : `BROKEN: ${round.violations.join(', ')}`);
      if (values.record) appendFileSync(values.record, `${JSON.stringify(lineOf(round, counts))}\n`);
    },
  });
  const outcome = { rounds: result.rounds.map((round) => lineOf(round)), faults: result.faults };
  process.stdout.write(values.json ? `${JSON.stringify(outcome, null, 2)}\n` : renderTable(faults, outcome));
  const isBroken = outcome.rounds.some(({ violations }) => violations.length > 0);
  process.exitCode = isBroken || (values.faults !== undefined && neverFelt(result.faults)) ? 1 : 0;
}

/** Whoever chose faults wants each of them to be felt. */
function neverFelt(counts) {
  const never = Object.keys(counts).filter((id) => counts[id].effective === 0);
  if (never.length > 0) process.stderr.write(`never felt alone: ${never.join(', ')}\n`);
  return never.length > 0;
}

function lineOf({ seed, violations, lagMs, messages, report }, faults) {
  const commit = run('git', ['rev-parse', '--short', 'HEAD']).output;
  return {
    ...{
      commit,
      node: process.version,
      seed,
      messages,
      lagMs,
      violations,
      aborted: report?.abortedOutcomes ?? 0,
    },
    ...(faults && { faults }),
  };
}

function recorded(file) {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return sumOf(
    FAULTS,
    lines.map((line) => JSON.parse(line)),
  );
}

if (values.help) process.stdout.write(HELP);
else if (values.list)
  process.stdout.write(FAULTS.map(({ id, title }) => `${id.padEnd(28)} ${title}\n`).join(''));
else if (values.sum) process.stdout.write(renderTable(FAULTS, recorded(values.sum)));
else await main();
