import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKafka } from '../../stack/kafka.mjs';
import { redisAddress } from '../../support/addresses.ts';
import { GovernWorld, message, until } from '../../support/govern-world.ts';
import { policyText } from '../../support/policies.ts';
import { redisContent } from '../../support/redis-content.ts';

const trace = (field: string) => `trace-${field}-5c1e`;
const WHO = trace('customer');
/** What a producer wrote about the customer that Tact keeps while it may, in the state or with the message that waits. */
const ALL = [
  WHO,
  ...['message', 'campaign', 'category', 'sender', 'purpose', 'payload', 'header', 'key'].map(trace),
];

/** Some of each shard. */
const OTHERS = Array.from({ length: 8 }, (_, i) => `other-${i}`);

/** Segments roll and are compacted within seconds, and go from the disk at once. */
const HASTY = {
  'log.roll.ms': '500',
  'log.cleaner.backoff.ms': '100',
  'log.cleaner.min.cleanable.ratio': '0',
  'log.segment.delete.delay.ms': '1',
};

describe('who was erased, once the changelog is compacted', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tact-erasure-'));
  let kafka: Awaited<ReturnType<typeof startKafka>>;
  let redis: Redis;
  let world: GovernWorld;

  beforeAll(async () => {
    kafka = await startKafka({ dir: folder, heapMb: 512, properties: HASTY });
    redis = new Redis(redisAddress());
    world = await GovernWorld.create({
      kafka: kafka.address,
      policy: policyText(['{ id: rest, gap: 4h, onBlock: defer }']),
      config: { kafka: { brokers: [kafka.address], heartbeatIntervalMs: 300 } },
    });
    await world.govern();
  });
  afterAll(async () => {
    await world?.close();
    await kafka?.stop();
    redis?.disconnect();
    rmSync(folder, { recursive: true, force: true });
  });

  it('was there before, in the log, on the disk and in Redis, with a message that waits', async () => {
    const [first] = await append('a');
    await world.decided([first as string]);
    await append('b');
    await until('the second waits', async () => foundIn(await inRedis()).includes(trace('payload')));
    expect(foundIn(await inRedis())).toEqual(ALL);
    expect(foundIn(await onTheLog())).toEqual(ALL);
    expect(foundIn(onTheDisk())).toEqual(ALL);
  });

  it('is on the changelog with not one byte that a producer wrote, as it is read and as it lies on the disk', async () => {
    await tell({ customerId: WHO, type: 'erased' });
    await until('nothing of it is in Redis', async () => foundIn(await inRedis()).length === 0);
    // What is written last is never compacted, so others have to write on, in her shard as well.
    await until('the log is compacted', async () => {
      const timezone = zones.next().value;
      await tell(...OTHERS.map((customerId) => ({ customerId, type: 'profile-updated', timezone })));
      return foundIn(onTheDisk()).length === 0;
    });
    expect(foundIn(await onTheLog())).toEqual([]);
    expect(foundIn(await inRedis())).toEqual([]);
  });

  it('is sent nothing all the same, also when Redis was emptied and everything comes from that log', async () => {
    expect(await reasonFor('c')).toBe('opted-out');
    const acquired = world.log.lines('shard-acquired').length;
    await redis.unlink(await redis.keys(`${world.id}*`));
    expect(await reasonFor('d')).toBe('opted-out');
    expect(world.log.lines('shard-acquired').length).toBeGreaterThan(acquired);
    expect(foundIn(await inRedis())).toEqual([]);
    expect(foundIn(await onTheLog())).toEqual([]);
  });

  /** A message about which all is traced; ids apart, so that it is no duplicate. */
  function append(id: string) {
    const value = message(WHO, {
      messageId: `${trace('message')}-${id}`,
      campaignId: trace('campaign'),
      categories: [trace('category')],
      sender: trace('sender'),
      purpose: trace('purpose'),
      payload: trace('payload'),
    });
    return world.append('requested', 0, [
      {
        key: Buffer.from(trace('key')),
        value: Buffer.from(JSON.stringify(value)),
        headers: [{ name: 'x-trace', value: Buffer.from(trace('header')) }],
      },
    ]);
  }

  function tell(...interactions: readonly Record<string, unknown>[]) {
    const records = interactions.map((each) => ({ value: Buffer.from(JSON.stringify(each)) }));
    return world.append('interactions', 0, records);
  }

  async function reasonFor(id: string): Promise<string> {
    await world.decided(await append(id));
    const decisions = (await world.read('suppressed')).map(({ value }) => JSON.parse(String(value)));
    return decisions.find((each) => each.message.messageId === `${trace('message')}-${id}`)?.reason;
  }

  async function inRedis(): Promise<Buffer[]> {
    const { names, values } = await redisContent(redis, world.id);
    return [...names, ...values];
  }

  async function onTheLog(): Promise<Buffer[]> {
    const records = await world.readAnew('state');
    return records.flatMap(({ key, value, headers }) => [
      ...[key, value].map((bytes) => bytes ?? Buffer.alloc(0)),
      ...headers.map((header) => header.value ?? Buffer.alloc(0)),
    ]);
  }

  /** Every file of the changelog's partitions, whatever Kafka means by it. A file may go while we look. */
  function onTheDisk(): Buffer[] {
    const data = join(folder, 'data');
    const partitions = readdirSync(data).filter((name) => name.startsWith(`${world.topic('state')}-`));
    return partitions.flatMap((partition) =>
      readdirSync(join(data, partition)).flatMap((file) => {
        try {
          return [readFileSync(join(data, partition, file))];
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
          throw error;
        }
      }),
    );
  }
});

/** Each time another one, so that a state changes and is written. */
const zones = (function* (): Generator<string, never> {
  for (;;) yield* ['Europe/Berlin', 'UTC'];
})();

/** What of the customer stands in one of the texts. */
function foundIn(texts: readonly Buffer[]): string[] {
  const all = Buffer.concat(texts.flatMap((text) => [text, Buffer.from('\n')]));
  return ALL.filter((word) => all.includes(word));
}
