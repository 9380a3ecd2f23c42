import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Governing } from '../../../src/cli/abilities.ts';
import { redisAddress } from '../../support/addresses.ts';
import { GovernWorld, message, metricOf, metricsOf, statusOf, until } from '../../support/govern-world.ts';
import { policyText } from '../../support/policies.ts';
import { redisContent } from '../../support/redis-content.ts';

/** Words that a producer wrote, by the field that it wrote them in. */
const canary = (field: string) => `canary-${field}-7f3a`;

/** What the state holds by design: what later decisions ask about earlier messages, and nothing else of them. */
const REMEMBERED = ['messageId', 'campaignId', 'dispatchId', 'categories', 'sender', 'place'];
/** What no decision asks for. */
const FORGOTTEN = [
  'customerId',
  'payload',
  'header',
  'key',
  'topics',
  'labels',
  'attributes',
  'purpose',
  'class',
];
const INTERACTION_ONLY = ['interactionId', 'type', 'channel'];

describe('what a producer wrote', () => {
  let world: GovernWorld;
  let governing: Governing;
  let redis: Redis;

  beforeAll(async () => {
    redis = new Redis(redisAddress());
    world = await GovernWorld.create({
      policy: policyText(['{ id: once, cap: { limit: 1, window: 24h } }']),
    });
    governing = await world.govern();
    const interaction = {
      ...fields(['customerId', 'interactionId', 'messageId', 'campaignId', 'purpose']),
      attributes: { [canary('attributes')]: canary('attributes') },
      labels: { [canary('labels')]: canary('labels') },
    };
    await world.append('interactions', 0, [
      record({ ...interaction, type: 'opened' }),
      record({ ...interaction, type: canary('type') }),
      { value: Buffer.from(`{"customerId":"${canary('customerId')}", ${canary('payload')}`) },
    ]);
    await until('the interactions are read', async () => {
      return (await metricOf(governing, 'tact_interactions_total{known="false"}')) === 1;
    });
    await world.decided(await appendMessages(world));
  });

  afterAll(async () => {
    await world?.close();
    redis?.disconnect();
  });

  it('is not logged', () => {
    expect(world.log.lines('shard-acquired')).toHaveLength(2);
    expect(found([Buffer.from(world.log.text)])).toEqual([]);
  });

  it('is in no metric and in no status', async () => {
    const [metrics, status] = [await metricsOf(governing), JSON.stringify(await statusOf(governing))];
    expect(metrics).toMatch(/tact_decisions_total\{[^}]*channel="unknown"[^}]*\} 1\n/);
    expect(found([Buffer.from(metrics), Buffer.from(status)])).toEqual([]);
  });

  it('is in Redis neither as a key nor as a field, and as a value only where a decision asks for it', async () => {
    const { names, values } = await redisContent(redis, world.id);
    expect(names.length).toBeGreaterThan(8);
    expect(found(names)).toEqual([]);
    expect(found(values)).toEqual([...REMEMBERED].sort());
  });

  it('is on the changelog not as a key, and as a value only where a decision asks for it', async () => {
    const records = await world.read('state');
    const keys = records.map(({ key }) => key ?? Buffer.alloc(0));
    expect(found(keys)).toEqual([]);
    expect(
      found(records.flatMap(({ headers }) => headers.map(({ value }) => value ?? Buffer.alloc(0)))),
    ).toEqual([]);
    expect(found(records.map(({ value }) => value ?? Buffer.alloc(0)))).toEqual([...REMEMBERED].sort());
  });

  it('stands in what comes out, so that the search for it can find something', async () => {
    const cleared = await world.read('cleared');
    const whole = cleared.flatMap(({ key, value, headers }) => [
      key ?? Buffer.alloc(0),
      value ?? Buffer.alloc(0),
      ...headers.map((header) => header.value ?? Buffer.alloc(0)),
    ]);
    expect(found(whole)).toEqual(
      expect.arrayContaining(['customerId', 'payload', 'header', 'key', 'messageId']),
    );
  });
});

/** One that passes, one that does not, one on no known channel, and some that cannot be read. */
function appendMessages(world: GovernWorld): Promise<string[]> {
  const { customerId: _, ...rest } = fields([...REMEMBERED, 'payload', 'purpose', 'class']);
  const whole = message(canary('customerId'), {
    ...rest,
    categories: [canary('categories')],
    topics: [canary('topics')],
    labels: { [canary('labels')]: canary('labels') },
  });
  return world.append('requested', 1, [
    record(whole),
    record({ ...whole, messageId: `${canary('messageId')}-2` }),
    record({ ...whole, channel: canary('channel') }),
    record({ ...whole, createdAt: canary('payload') }),
    record({ ...whole, categories: { [canary('payload')]: canary('payload') } }),
    { ...record({}), value: Buffer.from(canary('customerId')) },
    { ...record({}), value: null },
  ]);
}

function fields(names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, canary(name)]));
}

function record(value: Record<string, unknown>) {
  return {
    key: Buffer.from(canary('key')),
    value: Buffer.from(JSON.stringify(value)),
    headers: [{ name: 'x-producer', value: Buffer.from(canary('header')) }],
  };
}

/** The fields whose words stand in one of the texts, as they are or in hex or base64. */
function found(texts: readonly Buffer[]): string[] {
  const all = Buffer.concat(texts.flatMap((text) => [text, Buffer.from('\n')]));
  const stands = (field: string) => {
    const word = Buffer.from(canary(field));
    return [word, word.toString('hex'), word.toString('base64').slice(0, -4)].some((form) =>
      all.includes(form),
    );
  };
  return [...REMEMBERED, ...FORGOTTEN, ...INTERACTION_ONLY].filter(stands).sort();
}
