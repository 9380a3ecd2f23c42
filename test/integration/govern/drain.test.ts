import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  GOVERN_SHARDS,
  GovernWorld,
  message,
  shardsOf,
  statusOf,
  until,
} from '../../support/govern-world.ts';
import { policyText } from '../../support/policies.ts';

/** Sends in the background until it is stopped, and knows where everything went. */
class Traffic {
  readonly sources: string[] = [];
  #stopped = false;
  readonly #ended: Promise<void>;

  constructor(world: GovernWorld) {
    this.#ended = this.#send(world);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#ended;
  }

  async #send(world: GovernWorld): Promise<void> {
    for (let n = 0; !this.#stopped; n++) {
      const batch = Array.from({ length: 40 }, (_, i) => message(`customer-${(7 * n + i) % 300}`));
      this.sources.push(...(await world.request(batch)));
    }
  }
}

describe('a process that is stopped while messages come', () => {
  let world: GovernWorld;
  let traffic: Traffic;
  beforeAll(async () => {
    world = await GovernWorld.create({
      policy: policyText(['{ id: twice, cap: { limit: 2, window: 24h } }']),
    });
  });
  afterAll(async () => {
    await traffic?.stop();
    await world?.close();
  });

  it('drains in time, and others go on where it ended: every input has one outcome, no customer too much', async () => {
    const first = await world.govern();
    traffic = new Traffic(world);
    await until('the first decides', async () => (await world.read('cleared')).length > 100);

    const second = await world.govern();
    await until('they share', async () => {
      const shared = [await shardsOf(first), await shardsOf(second)];
      return shared.every((states) => states.join() === 'running');
    });

    expect(await timeToStop(first)).toBeLessThan(world.config.shutdown.deadlineMs);
    await until('the second has all', async () => {
      const { shards } = await statusOf(second);
      return shards.length === GOVERN_SHARDS && shards.every(({ state }) => state === 'running');
    });
    const seen = (await world.outcomes()).size;
    await until('it decides', async () => (await world.outcomes()).size > seen + 100);

    expect(await timeToStop(second)).toBeLessThan(world.config.shutdown.deadlineMs);
    await traffic.stop();
    const third = await world.govern();
    const outcomes = await world.decided(traffic.sources);
    expect(await timeToStop(third)).toBeLessThan(world.config.shutdown.deadlineMs);

    const doubles = [...(await world.outcomes())].filter(([, found]) => found.length !== 1);
    expect(doubles).toEqual([]);
    expect(outcomes.size).toBe(traffic.sources.length);
    expect(Math.max(...(await clearedByCustomer()).values())).toBe(2);
    expect(world.log.lines('drain-timeout')).toEqual([]);
    expect(world.log.lines('failed')).toEqual([]);
  });

  async function clearedByCustomer(): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for (const { value } of await world.read('cleared')) {
      const { customerId } = JSON.parse(String(value));
      counts.set(customerId, (counts.get(customerId) ?? 0) + 1);
    }
    return counts;
  }
});

async function timeToStop(governing: { stop(): Promise<void> }): Promise<number> {
  const from = performance.now();
  await governing.stop();
  return performance.now() - from;
}
