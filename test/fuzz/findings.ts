import { TactError } from '../../src/kernel/errors.ts';
import type { Decoder } from './decoders.ts';

const PROTOTYPES: readonly object[] = [Object.prototype, Array.prototype, Map.prototype, Function.prototype];
const NAMES = PROTOTYPES.map((prototype) => Object.getOwnPropertyNames(prototype).length);
/** So deep, and at so many places, an answer is looked at. */
const DEPTH_MAX = 6;
const PLACES_MAX = 2_000;

/** What is wrong with what a decoder did with these bytes; undefined where all is well. */
export function tryDecoder({ decode }: Decoder, bytes: Buffer): string | undefined {
  try {
    const inherited = inheritsFrom(decode(bytes));
    return inherited ? `answers with something that inherits from ${inherited}` : pollution();
  } catch (error) {
    if (error instanceof TactError) return pollution();
    return `throws ${error instanceof Error ? error.stack : String(error)}`;
  }
}

function pollution(): string | undefined {
  const isClean = PROTOTYPES.every((each, i) => Object.getOwnPropertyNames(each).length === NAMES[i]);
  return isClean ? undefined : 'changed a prototype that everything inherits from';
}

/** What an object of the answer inherits from, where the bytes may have decided that. */
function inheritsFrom(answer: unknown): string | undefined {
  let places = 0;
  const look = (value: unknown, depth: number): string | undefined => {
    places += 1;
    if (typeof value !== 'object' || value === null || depth > DEPTH_MAX || places > PLACES_MAX)
      return undefined;
    if (Buffer.isBuffer(value) || value instanceof Map || value instanceof Set) return undefined;
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== null && !isOfCode(prototype as object)) return JSON.stringify(prototype);
    for (const each of Object.values(value)) {
      const found = look(each, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return look(answer, 0);
}

/** The prototype of a class, and no object that came out of the bytes. */
function isOfCode(prototype: object): boolean {
  if (!Object.hasOwn(prototype, 'constructor')) return false;
  const { constructor: maker } = prototype;
  return (maker as { prototype?: unknown }).prototype === prototype;
}
