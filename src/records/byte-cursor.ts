import { Malformed } from './unreadable.ts';

/** Limits on one value; what lies beyond them is malformed. */
export interface DecodeBudget {
  /** Records within records. */
  depthMax: number;
  /** Items of lists and maps, and records inside them, that are kept. */
  itemsMax: number;
}

/** What `toString('utf8', from, to)` ends in, without the checks that have been made here. */
type SliceableBuffer = Buffer & { utf8Slice(from: number, to: number): string };

const TWO_28 = 2 ** 28;

/** Reads Avro's primitives from a buffer. Every read is checked against the end; all of them throw `Malformed`. */
export class ByteCursor {
  readonly #bytes: SliceableBuffer;
  #at: number;
  #depthLeft: number;
  #itemsLeft: number;

  constructor(bytes: Buffer, from: number, budget: DecodeBudget) {
    this.#bytes = bytes as SliceableBuffer;
    this.#at = from;
    this.#depthLeft = budget.depthMax;
    this.#itemsLeft = budget.itemsMax;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  enter(): void {
    if (--this.#depthLeft < 0) throw new Malformed('records are nested too deeply');
  }

  leave(): void {
    this.#depthLeft++;
  }

  /** To be called before an item is kept. */
  spend(items: number): void {
    this.#itemsLeft -= items;
    if (this.#itemsLeft < 0) throw new Malformed('too many items');
  }

  skip(length: number): void {
    this.#need(length);
    this.#at += length;
  }

  boolean(): boolean {
    const byte = this.#byte();
    if (byte > 1) throw new Malformed('not a boolean');
    return byte === 1;
  }

  float(): number {
    this.#need(4);
    this.#at += 4;
    return this.#bytes.readFloatLE(this.#at - 4);
  }

  double(): number {
    this.#need(8);
    this.#at += 8;
    return this.#bytes.readDoubleLE(this.#at - 8);
  }

  bytes(length: number): Buffer {
    this.#need(length);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  text(): string {
    const length = this.length();
    this.#at += length;
    return this.#bytes.utf8Slice(this.#at - length, this.#at);
  }

  /** A length in bytes that still lies before the end. */
  length(): number {
    const length = this.number();
    if (length < 0) throw new Malformed('a negative length');
    this.#need(length);
    return length;
  }

  /** A long that must be within ±2^53: a length, a count, an index. */
  number(): number {
    const long = this.long();
    if (typeof long === 'bigint') throw new Malformed('a number beyond any length');
    return long;
  }

  /** An int or a long; a bigint where a number would lose digits. */
  long(): number | bigint {
    const first = this.#byte();
    if (first < 0x80) return (first >>> 1) ^ -(first & 1);
    let low = first & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      const byte = this.#byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (low >>> 1) ^ -(low & 1);
    }
    return this.#longBeyond28Bits(low);
  }

  skipLong(): void {
    let length = 1;
    while (this.#byte() >= 0x80) if (++length > 10) throw new Malformed('a number of more than ten bytes');
  }

  #longBeyond28Bits(low: number): number | bigint {
    let high = 0;
    let scale = 1;
    for (let length = 5; length <= 10; length++, scale *= 128) {
      const byte = this.#byte();
      high += (byte & 0x7f) * scale;
      if (byte < 0x80) return unzigzag(low, high);
    }
    throw new Malformed('a number of more than ten bytes');
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new Malformed('the value ends too early');
    return byte;
  }

  #need(length: number): void {
    if (length > this.remaining) throw new Malformed('the value ends too early');
  }
}

/** `high` counts 2^28. */
function unzigzag(low: number, high: number): number | bigint {
  if (high < 2 ** 24) {
    const raw = high * TWO_28 + low;
    return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
  }
  const raw = (BigInt(high) << 28n) | BigInt(low);
  if (raw >= 1n << 64n) throw new Malformed('a number of more than 64 bits');
  const value = (raw >> 1n) ^ -(raw & 1n);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
