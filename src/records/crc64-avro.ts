const EMPTY = 0xc15d213aa4d7a795n;

const TABLE = BigUint64Array.from({ length: 256 }, (_, byte) => {
  let remainder = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >> 1n) ^ ((remainder & 1n) * EMPTY);
  return remainder;
});

/** The Rabin fingerprint that the Avro specification calls CRC-64-AVRO: eight bytes, little endian. */
export function crc64Avro(bytes: Uint8Array): Buffer {
  let crc = EMPTY;
  for (const byte of bytes) crc = (crc >> 8n) ^ (TABLE[Number((crc ^ BigInt(byte)) & 0xffn)] as bigint);
  const result = Buffer.alloc(8);
  result.writeBigUInt64LE(crc);
  return result;
}
