// Zig-zag variable-length integers as Kafka's record format has them. Values up to 2^53 either way.

const INT32_MAX = 0x7fffffff;

/** How many bytes `writeVarint` takes for the value. */
export function sizeOfVarint(value: number): number {
  if (value >= -0x40000000 && value < 0x40000000) {
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    let size = 1;
    for (; rest > 0x7f; rest >>>= 7) size++;
    return size;
  }
  let rest = zigZag64(value);
  let size = 1;
  for (; rest > 0x7fn; rest >>= 7n) size++;
  return size;
}

/** Writes the value at `position` and returns the position behind it. */
export function writeVarint(buffer: Buffer, position: number, value: number): number {
  let place = position;
  if (value >= -0x40000000 && value < 0x40000000) {
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    for (; rest > 0x7f; rest >>>= 7) buffer[place++] = (rest & 0x7f) | 0x80;
    buffer[place++] = rest;
    return place;
  }
  let rest = zigZag64(value);
  for (; rest > 0x7fn; rest >>= 7n) buffer[place++] = Number(rest & 0x7fn) | 0x80;
  buffer[place++] = Number(rest);
  return place;
}

/** Reads forward through a buffer. Throws RangeError when a value does not end within it. */
export class VarintReader {
  position: number;
  readonly #buffer: Buffer;

  constructor(buffer: Buffer, position = 0) {
    this.#buffer = buffer;
    this.position = position;
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    return this.#long(value);
  }

  /** A length and that many bytes, shared with the buffer; null for length −1. */
  bytes(): Buffer | null {
    const length = this.varint();
    if (length === -1) return null;
    const end = this.position + length;
    if (length < 0 || end > this.#buffer.length) throw new RangeError('length beyond the end');
    const bytes = this.#buffer.subarray(this.position, end);
    this.position = end;
    return bytes;
  }

  skip(length: number): void {
    this.position += length;
  }

  /** The rest of a value whose first four bytes gave the low 28 bits. */
  #long(low: number): number {
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n)));
    }
    throw new RangeError('variable-length integer of more than ten bytes');
  }

  #byte(): number {
    const byte = this.#buffer[this.position++];
    if (byte === undefined) throw new RangeError('variable-length integer beyond the end');
    return byte;
  }
}

function zigZag64(value: number): bigint {
  const wide = BigInt(value);
  return wide < 0n ? -wide * 2n - 1n : wide * 2n;
}

/** A big-endian 64-bit integer as a number; exact within 2^53. */
export function readInt64(buffer: Buffer, position: number): number {
  const high = buffer.readInt32BE(position);
  const low = buffer.readUInt32BE(position + 4);
  return high >= -1 && high <= INT32_MAX
    ? high * 0x1_0000_0000 + low
    : Number(buffer.readBigInt64BE(position));
}
