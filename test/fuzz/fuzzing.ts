import { Random } from '../support/random.mjs';
import type { Coverage } from './coverage.ts';
import type { Decoder } from './decoders.ts';
import { tryDecoder } from './findings.ts';
import { mutate } from './mutation.ts';

/** Coverage is looked at after so many inputs, since a look takes longer than many of them. */
const BATCH = 40;
const CORPUS_MAX = 2_000;

export interface Fuzzing {
  readonly decoder: Decoder;
  readonly seed: number;
  /** Kept from earlier findings; tried first. */
  readonly kept: readonly Buffer[];
  readonly coverage: Coverage;
}

export interface Finding {
  readonly bytes: Buffer;
  readonly what: string;
}

/**
 * Mutates what has reached something new, and tries the decoder on it. `onInput` is told of each input before it is tried, so
 * that somebody knows it when the decoder never comes back. Endless; `undefined` stands for an input that was all right.
 */
export function* fuzz(
  { decoder, seed, kept, coverage }: Fuzzing,
  onInput: (bytes: Buffer) => void,
): Generator<Finding | undefined> {
  const random = new Random(seed);
  const corpus: Buffer[] = [...decoder.seeds(), ...kept];
  const attempt = (bytes: Buffer): Finding | undefined => {
    onInput(bytes);
    const what = tryDecoder(decoder, bytes);
    return what === undefined ? undefined : { bytes, what };
  };
  for (const bytes of [Buffer.alloc(0), ...corpus]) yield attempt(bytes);
  coverage.hasGrown();
  // These stay, whatever comes.
  const lasting = corpus.length;
  for (;;) {
    const batch = Array.from({ length: BATCH }, () =>
      mutate(random.pick(corpus), random.pick(corpus), random),
    );
    for (const bytes of batch) yield attempt(bytes);
    if (!coverage.hasGrown()) continue;
    // One of them has reached something new; all of them may lead on.
    corpus.push(...batch);
    if (corpus.length > CORPUS_MAX) corpus.splice(lasting, BATCH);
  }
}
