const SEED = 0x9747b28c;
const FACTOR = 0x5bd1e995;

/**
 * The partition of so many that Kafka's default partitioner gives to this key, which is the customer's shard.
 * @param {string} customer
 * @param {number} partitions
 */
export function homeOf(customer, partitions) {
  return (murmur2(Buffer.from(customer, 'utf8')) & 0x7fffffff) % partitions;
}

/** MurmurHash2 of 32 bits, as Kafka's clients use it. */
function murmur2(bytes) {
  let hash = SEED ^ bytes.length;
  let at = 0;
  for (; bytes.length - at >= 4; at += 4) {
    const word = Math.imul(bytes.readInt32LE(at), FACTOR);
    hash = Math.imul(hash, FACTOR) ^ Math.imul(word ^ (word >>> 24), FACTOR);
  }
  if (at < bytes.length) hash = Math.imul(hash ^ bytes.readUIntLE(at, bytes.length - at), FACTOR);
  hash = Math.imul(hash ^ (hash >>> 13), FACTOR);
  return hash ^ (hash >>> 15);
}
