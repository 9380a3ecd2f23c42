import { ReplyError } from 'ioredis';
import { messageOf, TactError } from '../kernel/errors.ts';

const OF_CLUSTER = 'it is a node of a cluster; set redis.cluster: true';

/** What the first word of an error reply means; words that are not here are reported as they are. */
const REFUSALS: Readonly<Record<string, string>> = {
  READONLY: 'it is a read-only replica; a primary is needed',
  OOM: 'it is out of memory; raise maxmemory',
  WRONGTYPE: 'the key holds something else; is the key prefix shared with another application?',
  NOSCRIPT: 'it does not keep the script',
  LOADING: 'it is loading its data; wait',
  MASTERDOWN: 'it is a replica that lost its primary',
  NOREPLICAS: 'it has fewer replicas than min-replicas-to-write asks for',
  MISCONF: 'it cannot save to disk and therefore refuses writes',
  MOVED: OF_CLUSTER,
  ASK: OF_CLUSTER,
  TRYAGAIN: 'the cluster is moving this slot; wait',
  CLUSTERDOWN: 'the cluster is down, or has no primary for this slot; wait for its failover',
  CROSSSLOT: OF_CLUSTER,
  NOAUTH: 'it asks for a password',
  WRONGPASS: 'user or password are wrong',
  NOPERM: 'the user lacks a permission; the README of src/redis lists what is needed',
  BUSY: 'another script has been running for too long',
  UNKILLABLE: 'another script has been running for too long',
};

/**
 * The operating error for anything the client threw. The original is not kept as the cause: it carries the command's
 * arguments, and those are customers' data.
 */
export function redisError(what: string, error: unknown): TactError {
  if (error instanceof TactError) return error;
  const message = messageOf(error);
  if (!(error instanceof ReplyError)) {
    return new TactError('redis-unreachable', `redis did not answer (${what}): ${message}`);
  }
  const word = message.split(' ', 1)[0] ?? '';
  const meaning = REFUSALS[word] ?? withoutArguments(message);
  return new TactError('redis-refused', `redis refused ${what} (${word}): ${meaning}`);
}

/** Some error texts repeat what was sent. */
function withoutArguments(message: string): string {
  return message.replace(/,? with args beginning with:.*$/s, '').slice(0, 200);
}
