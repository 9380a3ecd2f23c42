import type { Random } from '../support/random.mjs';

/** No input is longer; what a decoder does with much input is another question. */
export const BYTES_MAX = 16_384;

/** Bytes and texts at which decoders have gone wrong before: lengths that lie, names of the prototype, ends of ranges. */
const WORDS: readonly Buffer[] = [
  ...['00', 'ff', '7f', '80', 'ffffffff', '7fffffff', '80000000', 'ffffffffffffffff', '7fffffffffffffff'],
  ...['feffffff0f', 'ffffffffffffffffff01', '80f8acd113', 'c301', '0000000001', '00000001', '0a', '0d0a'],
].map((hex) => Buffer.from(hex, 'hex'));
const TEXTS: readonly Buffer[] = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '"__proto__":{"polluted":1},'],
  ...[
    '{',
    '}',
    '[',
    ']',
    '[[[[[[[[',
    '{"a":',
    '"',
    '\\',
    '\\u0000',
    '\\ud800',
    '\u0000',
    '\u{1f600}',
    '\ufeff',
  ],
  ...[
    '-1',
    '0',
    '1e3',
    '1e999',
    '.inf',
    '.nan',
    '9007199254740993',
    '-0',
    '0x10',
    '012',
    'null',
    '~',
    'true',
  ],
  ...[
    '&a [*a]',
    '*a',
    '&a',
    '!!js/function',
    '!!binary',
    '<<: ',
    '? ',
    '- ',
    ': ',
    '#',
    '|',
    '>',
    '%',
    '---',
    '...',
  ],
  ...[
    '22:00',
    '2026-02-30',
    'P1Y',
    '9999d',
    'Europe/Berlin',
    'constructor.prototype',
    '../../etc/passwd',
    '%00',
  ],
].map((text) => Buffer.from(text));

type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => changed(bytes, random, (byte) => byte ^ (1 << random.between(0, 8))),
  (bytes, random) => changed(bytes, random, () => random.between(0, 256)),
  (bytes, random) => changed(bytes, random, (byte) => byte + random.pick([-1, 1, 128])),
  (bytes, random) => bytes.subarray(0, random.between(0, bytes.length + 1)),
  (bytes, random) => bytes.subarray(random.between(0, bytes.length + 1)),
  (bytes, random) => inserted(bytes, random, random.pick(WORDS)),
  (bytes, random) => inserted(bytes, random, random.pick(TEXTS)),
  (bytes, random) => overwritten(bytes, random, random.pick(WORDS)),
  (bytes, random) => overwritten(bytes, random, random.pick(TEXTS)),
  (bytes, random) => inserted(bytes, random, piece(bytes, random)),
  (bytes, random, other) => inserted(bytes, random, piece(other, random)),
  (bytes, random) =>
    inserted(bytes, random, Buffer.concat(Array.from({ length: 64 }, () => piece(bytes, random, 8)))),
  (bytes, random) => without(bytes, random),
];

/** One to a few changes at random places; `other` lends pieces. */
export function mutate(bytes: Buffer, other: Buffer, random: Random): Buffer {
  let mutated = bytes;
  for (let changes = random.between(1, 6); changes > 0; changes--)
    mutated = random.pick(MUTATIONS)(mutated, random, other);
  return mutated.subarray(0, BYTES_MAX);
}

function changed(bytes: Buffer, random: Random, change: (byte: number) => number): Buffer {
  if (bytes.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  const place = random.between(0, copy.length);
  copy[place] = change(copy[place] as number) & 0xff;
  return copy;
}

function inserted(bytes: Buffer, random: Random, more: Buffer): Buffer {
  const place = random.between(0, bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, place), more, bytes.subarray(place)]);
}

function overwritten(bytes: Buffer, random: Random, word: Buffer): Buffer {
  const place = random.between(0, bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, place), word, bytes.subarray(place + word.length)]);
}

function without(bytes: Buffer, random: Random): Buffer {
  const from = random.between(0, bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + random.between(1, 32))]);
}

function piece(bytes: Buffer, random: Random, lengthMax = 64): Buffer {
  const from = random.between(0, bytes.length + 1);
  return bytes.subarray(from, from + random.between(1, lengthMax));
}
