import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Governing } from '../../../src/cli/abilities.ts';
import { readStatus } from '../../../src/compose/status.ts';
import { redisAddress } from '../../support/addresses.ts';
import { GovernWorld, metricOf, metricsOf, until } from '../../support/govern-world.ts';
import { redisContent } from '../../support/redis-content.ts';
import {
  appendDeferred,
  appendInteractions,
  appendMessages,
  canaryPolicy,
  found,
  REMEMBERED,
} from './canary-records.ts';

/** Of a message that waits besides: a sender may take back all about a topic. */
const OF_WAITING = ['topics'];

/** Every route, and some that are none. */
const TARGETS = [
  ...[
    '/livez',
    '/livez?verbose',
    '/readyz',
    '/readyz?verbose',
    '/metrics',
    '/api/v1/status',
    '/',
    '/nothing',
  ],
];

describe('what a producer wrote', () => {
  let world: GovernWorld;
  let governing: Governing;
  let redis: Redis;

  beforeAll(async () => {
    redis = new Redis(redisAddress());
    world = await GovernWorld.create({ policy: canaryPolicy });
    governing = await world.govern();
    await appendInteractions(world);
    await until('the interactions are read', async () => {
      return (await metricOf(governing, 'tact_interactions_total{known="false"}')) === 1;
    });
    await world.decided(await appendMessages(world));
    await world.decided([await appendDeferred(world)]);
    await until('one waits', async () => {
      const { shards } = await readStatus(world.config);
      return shards.some(({ waiting }) => waiting === 1);
    });
  });

  afterAll(async () => {
    await world?.close();
    redis?.disconnect();
  });

  it('is not logged', () => {
    expect(world.log.lines('shard-acquired')).toHaveLength(2);
    expect(found([Buffer.from(world.log.text)])).toEqual([]);
  });

  it('is in no metric, no status and no other answer', async () => {
    expect(await metricsOf(governing)).toMatch(/tact_decisions_total\{[^}]*channel="unknown"[^}]*\} 1\n/);
    for (const target of TARGETS) {
      const answer = await fetch(`${governing.address}${target}`);
      const headers = JSON.stringify([...answer.headers]);
      expect(found([Buffer.from(headers), Buffer.from(await answer.text())]), target).toEqual([]);
    }
    expect(found([Buffer.from(JSON.stringify(await readStatus(world.config)))])).toEqual([]);
  });

  it('is in no header that Tact adds to a dead letter, as often as it stands in those that came', async () => {
    const letters = await world.read('dead-letter');
    expect(letters.length).toBeGreaterThanOrEqual(6);
    const headers = letters.flatMap((letter) => letter.headers);
    const own = headers.filter(({ name }) => name.startsWith('tact-') || name.startsWith('__connect.'));
    const bytesOf = (some: typeof headers) =>
      some.flatMap(({ name, value }) => [Buffer.from(name), value ?? Buffer.alloc(0)]);
    expect(own.length).toBeGreaterThan(letters.length);
    expect(found(bytesOf(own))).toEqual([]);
    expect(found(bytesOf(headers))).toEqual(['header', 'headerName']);
  });

  it('is in Redis neither as a key nor as a field, and as a value only where a decision asks for it', async () => {
    const { names, values } = await redisContent(redis, world.id);
    expect(names.length).toBeGreaterThan(8);
    expect(found(names)).toEqual([]);
    expect(found(values.filter((value) => !isDeferral(value)))).toEqual(
      [...REMEMBERED, ...OF_WAITING].sort(),
    );
    expect(found(values.filter(isDeferral))).toContain('payload');
  });

  it('is on the changelog not as a key, and as a value only where a decision asks for it', async () => {
    const records = await world.read('state');
    const keys = records.map(({ key }) => key ?? Buffer.alloc(0));
    expect(found(keys)).toEqual([]);
    expect(
      found(records.flatMap(({ headers }) => headers.map(({ value }) => value ?? Buffer.alloc(0)))),
    ).toEqual([]);
    const values = records.map(({ value }) => value ?? Buffer.alloc(0));
    expect(found(values.filter((value) => !isDeferral(value)))).toEqual(
      [...REMEMBERED, ...OF_WAITING].sort(),
    );
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

  /** A message that waits is kept with its record, to go out as it came. */
  function isDeferral(value: Buffer): boolean {
    return value.includes(world.topic('requested')) && value.includes('{"customerId"');
  }
});
