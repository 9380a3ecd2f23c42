const encoder = new TextEncoder();

/** Kafka's murmur2 (seed 0x9747b28c) over bytes, as a signed 32-bit number. */
export function murmur2(data: Uint8Array): number {
  const m = 0x5bd1e995;
  const length = data.length;
  let h = 0x9747b28c ^ length;
  const whole = length & ~3;
  for (let i = 0; i < whole; i += 4) {
    let k = at(data, i) | (at(data, i + 1) << 8) | (at(data, i + 2) << 16) | (at(data, i + 3) << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    k = Math.imul(k, m);
    h = Math.imul(h, m) ^ k;
  }
  const rest = length & 3;
  if (rest === 3) h ^= at(data, whole + 2) << 16;
  if (rest >= 2) h ^= at(data, whole + 1) << 8;
  if (rest >= 1) {
    h ^= at(data, whole);
    h = Math.imul(h, m);
  }
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return h ^ (h >>> 15);
}

function at(data: Uint8Array, index: number): number {
  return data[index] as number;
}

/** The shard a customer belongs to, in `[0, shards)`; Kafka's default partitioner puts the key `customerId` there too. */
export function shardOf(customerId: string, shards: number): number {
  return (murmur2(encoder.encode(customerId)) & 0x7fffffff) % shards;
}
