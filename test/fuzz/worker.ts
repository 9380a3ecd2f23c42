import { parentPort, workerData } from 'node:worker_threads';
import { Coverage } from './coverage.ts';
import { DECODERS, type DecoderName } from './decoders.ts';
import { fuzz } from './fuzzing.ts';
import { BYTES_MAX } from './mutation.ts';

export interface Job {
  readonly name: DecoderName;
  readonly seed: number;
  readonly kept: readonly string[];
  readonly inputsMax: number;
  readonly millisecondsMax: number;
  /** The input in hand: how many there were, its length, its bytes. Read by others when this worker never comes back. */
  readonly inHand: SharedArrayBuffer;
}

/** What a worker says in the end, or when it has found something. */
export type Said =
  | { readonly kind: 'finding'; readonly base64: string; readonly what: string }
  | { readonly kind: 'done'; readonly inputs: number; readonly blocks: number };

export const HEAD_WORDS = 2;
export const IN_HAND_BYTES = HEAD_WORDS * 4 + BYTES_MAX;
/** Nobody reads more. */
const FINDINGS_MAX = 20;

if (parentPort) run(workerData as Job);

function run({ name, seed, kept, inputsMax, millisecondsMax, inHand }: Job): void {
  const head = new Int32Array(inHand, 0, HEAD_WORDS);
  const body = Buffer.from(inHand, HEAD_WORDS * 4);
  const coverage = new Coverage();
  const deadline = performance.now() + millisecondsMax;
  const fuzzing = {
    decoder: DECODERS[name],
    seed,
    coverage,
    kept: kept.map((each) => Buffer.from(each, 'base64')),
  };
  const note = (bytes: Buffer) => {
    bytes.copy(body);
    Atomics.store(head, 1, bytes.length);
    Atomics.add(head, 0, 1);
  };
  let inputs = 0;
  let findings = 0;
  for (const finding of fuzz(fuzzing, note)) {
    inputs += 1;
    if (finding) {
      findings += 1;
      say({ kind: 'finding', base64: finding.bytes.toString('base64'), what: finding.what });
    }
    if (inputs >= inputsMax || findings >= FINDINGS_MAX || performance.now() > deadline) break;
  }
  coverage.hasGrown();
  say({ kind: 'done', inputs, blocks: coverage.blocks });
}

function say(said: Said): void {
  parentPort?.postMessage(said);
}
