const POLYNOMIAL = 0x82f63b78;
const TABLES = buildTables();

/** CRC-32C (Castagnoli) of `bytes[start, end)`, as Kafka's record batches carry it: an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES;
  let crc = -1;
  let i = start;
  for (; i + 8 <= end; i += 8) {
    crc ^= word(bytes, i);
    const high = word(bytes, i + 4);
    crc =
      at(t7, crc & 0xff) ^
      at(t6, (crc >>> 8) & 0xff) ^
      at(t5, (crc >>> 16) & 0xff) ^
      at(t4, crc >>> 24) ^
      at(t3, high & 0xff) ^
      at(t2, (high >>> 8) & 0xff) ^
      at(t1, (high >>> 16) & 0xff) ^
      at(t0, high >>> 24);
  }
  for (; i < end; i++) crc = at(t0, (crc ^ (bytes[i] as number)) & 0xff) ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}

type Eight<T> = readonly [T, T, T, T, T, T, T, T];

/** Table k holds the CRC of a byte followed by k zero bytes, so that eight bytes are folded in one step. */
function buildTables(): Eight<Int32Array> {
  const tables = Array.from({ length: 8 }, () => new Int32Array(256)) as unknown as Eight<Int32Array>;
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[0][byte] = crc;
  }
  for (let k = 1; k < 8; k++) {
    const [previous, table] = [tables[k - 1] as Int32Array, tables[k] as Int32Array];
    for (let byte = 0; byte < 256; byte++) {
      const crc = at(previous, byte);
      table[byte] = at(tables[0], crc & 0xff) ^ (crc >>> 8);
    }
  }
  return tables;
}

function at(table: Int32Array, index: number): number {
  return table[index] as number;
}

function word(bytes: Uint8Array, i: number): number {
  return (
    (bytes[i] as number) |
    ((bytes[i + 1] as number) << 8) |
    ((bytes[i + 2] as number) << 16) |
    ((bytes[i + 3] as number) << 24)
  );
}
