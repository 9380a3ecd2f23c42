import { parentPort, workerData } from 'node:worker_threads';
import { type Seeds, simulateSeeds } from './seeds.ts';

/** What a worker says: how far it is, what it found, and in the end everything. */
export type Said =
  | { readonly kind: 'progress'; readonly done: number }
  | { readonly kind: 'red'; readonly seed: number; readonly invariant: string; readonly message: string }
  | { readonly kind: 'tally'; readonly seeds: number; readonly felt: ReadonlyMap<string, number> };

const EVERY = 50;

function say(said: Said): void {
  parentPort?.postMessage(said);
}

const tally = await simulateSeeds(workerData as Seeds, (done, red) => {
  if (done % EVERY === 0) say({ kind: 'progress', done });
  if (red)
    say({ kind: 'red', seed: red.seed, invariant: red.violation.invariant, message: red.violation.message });
});
say({ kind: 'tally', seeds: tally.seeds, felt: tally.felt });
