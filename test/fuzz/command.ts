import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { DECODERS, type DecoderName } from './decoders.ts';
import { KEPT } from './kept.ts';
import { HEAD_WORDS, IN_HAND_BYTES, type Job, type Said } from './worker.ts';

const NAMES = Object.keys(DECODERS) as DecoderName[];
const HELP = `Gives every decoder what it was never meant to get: good inputs, changed at random, led by what they reach.

  npm run fuzz                                    every decoder for ten seconds
  npm run fuzz -- --decoder avro --seconds 3600   one of them for an hour
  npm run fuzz -- --inputs 20000 --seed 7         so many inputs each, always the same ones

  --decoder NAME  ${NAMES.join(', ')}
  --seconds N     each (10 unless told; with --inputs no limit)
  --inputs N      each
  --seed N        1 unless told
  --json          the result as one JSON object
`;
const { values: options } = parseArgs({
  options: {
    decoder: { type: 'string', multiple: true },
    seconds: { type: 'string' },
    inputs: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** A decoder that takes longer for one input hangs, whatever the machine. */
const HANGS_AFTER_MS = 5_000;
/** What the memory of one decoder may grow to. */
const HEAP_MAX_MB = 192;

interface Fuzzed {
  readonly decoder: DecoderName;
  readonly inputs: number;
  readonly blocks: number;
  readonly findings: readonly { readonly base64: string; readonly what: string }[];
}

if (options.help) console.log(HELP);
else {
  const results: Fuzzed[] = [];
  for (const name of chosen()) {
    const result = await fuzzOne(name);
    results.push(result);
    if (!options.json) tell(result);
  }
  if (options.json) console.log(JSON.stringify(results));
  if (results.some(({ findings }) => findings.length > 0)) process.exitCode = 1;
}

function chosen(): readonly DecoderName[] {
  const wrong = options.decoder?.find((name) => !(NAMES as string[]).includes(name));
  if (wrong === undefined) return (options.decoder as DecoderName[] | undefined) ?? NAMES;
  console.error(`there is no decoder ${wrong}; there are ${NAMES.join(', ')}`);
  process.exit(2);
}

function wholeNumber(name: string, value: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  console.error(`--${name} ${value} is no whole number; see --help`);
  process.exit(2);
}

function fuzzOne(decoder: DecoderName): Promise<Fuzzed> {
  const inHand = new SharedArrayBuffer(IN_HAND_BYTES);
  const seconds = options.seconds ?? (options.inputs === undefined ? '10' : undefined);
  const job: Job = {
    name: decoder,
    seed: wholeNumber('seed', options.seed),
    kept: KEPT[decoder] ?? [],
    inputsMax: options.inputs === undefined ? Number.MAX_SAFE_INTEGER : wholeNumber('inputs', options.inputs),
    millisecondsMax:
      seconds === undefined ? Number.MAX_SAFE_INTEGER : wholeNumber('seconds', seconds) * 1_000,
    inHand,
  };
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MB },
  });
  const findings: { base64: string; what: string }[] = [];
  let done = { inputs: 0, blocks: 0 };
  const last = () => lastInput(inHand);
  const watching = watch(inHand, () => {
    findings.push({ base64: last(), what: `hangs for more than ${HANGS_AFTER_MS} ms` });
    void worker.terminate();
  });
  worker.on('message', (said: Said) => {
    if (said.kind === 'done') done = said;
    else findings.push({ base64: said.base64, what: said.what });
  });
  return new Promise((resolve) => {
    worker.on('error', (error) =>
      findings.push({ base64: last(), what: `ends its process: ${error.stack}` }),
    );
    worker.on('exit', () => {
      clearInterval(watching);
      resolve({ decoder, inputs: done.inputs, blocks: done.blocks, findings });
    });
  });
}

function watch(inHand: SharedArrayBuffer, onHang: () => void): NodeJS.Timeout {
  const head = new Int32Array(inHand, 0, HEAD_WORDS);
  let before = -1;
  return setInterval(() => {
    const now = Atomics.load(head, 0);
    // None yet: the worker is being started.
    if (now === before && now > 0) onHang();
    before = now;
  }, HANGS_AFTER_MS);
}

function lastInput(inHand: SharedArrayBuffer): string {
  const length = Atomics.load(new Int32Array(inHand, 0, HEAD_WORDS), 1);
  return Buffer.from(inHand, HEAD_WORDS * 4, length).toString('base64');
}

function tell({ decoder, inputs, blocks, findings }: Fuzzed): void {
  const what = DECODERS[decoder].reads;
  console.log(
    `${decoder.padEnd(9)} ${String(inputs).padStart(9)} inputs ${String(blocks).padStart(5)} blocks  ${what}`,
  );
  for (const { what, base64 } of findings) {
    const [first, second = ''] = what.split('\n');
    console.log(`  ${first}${second}`);
    console.log(
      `  keep it as '${base64.length > 300 ? `${base64.slice(0, 300)}…' (whole with --json)` : `${base64}'`}`,
    );
  }
}
