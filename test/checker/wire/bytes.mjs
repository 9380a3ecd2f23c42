// Kafka's primitive types: big-endian numbers, length-prefixed text and bytes, zig-zag variable-length numbers.

/** Reads one value after the other. Every read beyond the end throws a RangeError. */
export class Reader {
  /** @param {Buffer} buffer */
  constructor(buffer, at = 0) {
    this.buffer = buffer;
    this.at = at;
  }

  int8() {
    return this.buffer.readInt8(this.#step(1));
  }

  int16() {
    return this.buffer.readInt16BE(this.#step(2));
  }

  int32() {
    return this.buffer.readInt32BE(this.#step(4));
  }

  uint32() {
    return this.buffer.readUInt32BE(this.#step(4));
  }

  /** Throws where the number has no exact place in a double. */
  int64() {
    const number = Number(this.buffer.readBigInt64BE(this.#step(8)));
    if (!Number.isSafeInteger(number))
      throw new RangeError(`a number of ${number} has no exact place in a double`);
    return number;
  }

  /** @returns {string | null} */
  string() {
    const length = this.int16();
    return length < 0 ? null : this.raw(length).toString('utf8');
  }

  /** @returns {Buffer | null} */
  bytes() {
    const length = this.int32();
    return length < 0 ? null : this.raw(length);
  }

  /** A view, not a copy. */
  raw(length) {
    if (length > this.buffer.length - this.at)
      throw new RangeError(`${length} bytes are promised beyond the end`);
    const start = this.#step(length);
    return this.buffer.subarray(start, start + length);
  }

  /**
   * @template T
   * @param {(reader: Reader) => T} item
   * @returns {T[]}
   */
  array(item) {
    return Array.from({ length: Math.max(0, this.int32()) }, () => item(this));
  }

  varint() {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.buffer.readUInt8(this.#step(1));
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number((value >> 1n) ^ -(value & 1n));
    }
    throw new RangeError('a variable-length number has more than ten bytes');
  }

  /** @returns {Buffer | null} */
  varbytes() {
    const length = this.varint();
    return length < 0 ? null : this.raw(length);
  }

  #step(length) {
    const from = this.at;
    this.at += length;
    return from;
  }
}

/** Puts a request together. */
export class Writer {
  #parts = [];

  int8(value) {
    return this.#add(1, (part) => part.writeInt8(value));
  }

  int16(value) {
    return this.#add(2, (part) => part.writeInt16BE(value));
  }

  int32(value) {
    return this.#add(4, (part) => part.writeInt32BE(value));
  }

  int64(value) {
    return this.#add(8, (part) => part.writeBigInt64BE(BigInt(value)));
  }

  string(text) {
    const bytes = Buffer.from(text, 'utf8');
    this.int16(bytes.length);
    this.#parts.push(bytes);
    return this;
  }

  array(items, item) {
    this.int32(items.length);
    for (const each of items) item(this, each);
    return this;
  }

  toBuffer() {
    return Buffer.concat(this.#parts);
  }

  #add(length, write) {
    const part = Buffer.alloc(length);
    write(part);
    this.#parts.push(part);
    return this;
  }
}
