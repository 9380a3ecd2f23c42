import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { KEPT } from './kept.ts';
import type { Result } from './result.ts';
import { type Scenario, scenarioOf } from './scenario.ts';
import { addTo } from './seeds.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';
import type { Said } from './worker.ts';

const HELP = `Simulates the shards, deterministically: one seed is one company with a broker, a Redis, up to three processes, and faults.

  npm run simulate-faults -- --seeds 10000          seeds 1 to 10,000, on all cores
  npm run simulate-faults -- --from 5001 --seeds 500
  npm run simulate-faults -- --seed 4711            one seed, told step by step
  npm run simulate-faults -- --seed 4711 --shrink   and what is left of it when all is left out that does not matter

  --seeds N      how many (1,000 unless told)
  --from N       the first (1 unless told)
  --seed N       this one, with its trace
  --shrink       only with --seed: prints the least scenario that breaks the same promise, to be kept
  --until-red    the first broken promise ends it
  --jobs N       how many at a time (as many as there are cores)
  --json         the result as one JSON object
`;

const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    shrink: { type: 'boolean', default: false },
    'until-red': { type: 'boolean', default: false },
    jobs: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Between two lines about how far it is. */
const PROGRESS_MS = 10_000;

if (options.help) console.log(HELP);
else if (options.seed !== undefined) await one(wholeNumber('seed', options.seed));
else await many();

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  console.error(`--${name} ${text} is no whole number; see --help`);
  process.exit(2);
}

async function one(seed: number): Promise<void> {
  const scenario = scenarioOf(seed);
  const { violation } = await simulate(scenario, options.shrink ? undefined : console.log);
  console.log(violation ? `red: ${violation.message}` : 'green');
  if (!violation) return;
  process.exitCode = 1;
  if (!options.shrink) return;
  const isRed = async (smaller: Scenario) =>
    (await simulate(smaller)).violation?.invariant === violation.invariant;
  console.log(JSON.stringify(await shrink(scenario, isRed), undefined, 2));
}

type FoundRed = Result['reds'][number];

async function keptReds(): Promise<FoundRed[]> {
  const reds: FoundRed[] = [];
  for (const { found, scenario } of KEPT) {
    const { violation } = await simulate(scenario);
    if (!violation) continue;
    reds.push({ invariant: violation.invariant, message: violation.message });
    if (!options.json) console.log(`kept, “${found}”  ${violation.message}`);
    if (options['until-red']) break;
  }
  return reds;
}

async function many(): Promise<void> {
  const reds = await keptReds();
  const count = reds.length > 0 && options['until-red'] ? 0 : wholeNumber('seeds', options.seeds);
  const from = wholeNumber('from', options.from);
  const jobs = Math.min(count, Math.max(1, wholeNumber('jobs', options.jobs)));
  const started = performance.now();
  const done = Array.from({ length: jobs }, () => 0);
  const felt = new Map<string, number>();
  const sum = () => done.reduce((all, each) => all + each, 0);
  const telling = setInterval(() => {
    const each = (performance.now() - started) / Math.max(1, sum());
    const left = Math.round(((count - sum()) * each) / 60_000);
    console.error(`${sum()} of ${count} seeds, ${reds.length} red, ${left} min to go`);
  }, PROGRESS_MS);

  await Promise.all(
    done.map((_, job) => {
      const untilRed = options['until-red'];
      const worker = new Worker(new URL('./worker.js', import.meta.url), {
        workerData: { from: from + job, count: count - job, step: jobs, untilRed },
      });
      worker.on('message', (said: Said) => {
        if (said.kind === 'progress') done[job] = said.done;
        else if (said.kind === 'tally') {
          done[job] = said.seeds;
          addTo(felt, said.felt);
        } else {
          reds.push(said);
          if (!options.json) console.log(`seed ${said.seed}  ${said.message}`);
        }
      });
      return new Promise((resolve, reject) => {
        worker.on('error', reject);
        worker.on('exit', resolve);
      });
    }),
  );
  clearInterval(telling);
  const took = performance.now() - started;
  if (reds.length > 0) process.exitCode = 1;
  const result: Result = { seeds: sum(), reds, felt: Object.fromEntries(felt) };
  if (options.json) console.log(JSON.stringify(result));
  else {
    for (const [what, times] of [...felt].sort()) console.log(`  ${what.padEnd(30)} ${times}`);
    console.log(
      `${sum()} seeds from ${from}, ${reds.length} red, ${(took / Math.max(1, sum())).toFixed(1)} ms each`,
    );
    if (reds.length === 0)
      console.log(
        `no promise broken: with 95 % certainty in fewer than 1 of ${Math.floor(sum() / 3)} such runs`,
      );
  }
}
