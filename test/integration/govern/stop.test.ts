import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Governing } from '../../../src/cli/abilities.ts';
import { type Told, tellProcesses } from '../../../src/cli/control/telling.ts';
import { govern } from '../../../src/compose/governing.ts';
import { abilities } from '../../../src/compose.ts';
import type { Scope } from '../../../src/model/scope.ts';
import type { StopMode } from '../../../src/model/stop.ts';
import { stopRecord } from '../../../src/records/control-codec.ts';
import { GovernWorld, headerOf, message, metricOf, statusOf, until } from '../../support/govern-world.ts';
import { policyText } from '../../support/policies.ts';

const CAP = '{ id: week, cap: { limit: 1000, window: 7d } }';

describe('what an operator stops while two processes govern', () => {
  let world: GovernWorld;
  let processes: Governing[];
  beforeAll(async () => {
    world = await GovernWorld.create({ policy: policyText([CAP]) });
    processes = [await world.govern(), await world.govern()];
  });
  afterAll(() => world?.close());

  function tell(scope: Scope, mode: StopMode | null): Promise<Told> {
    const at = Date.now();
    const stop = mode === null ? null : { scope, mode, at, because: 'a wrong price' };
    const telling = {
      config: world.config,
      now: Date.now,
      patience: 20_000,
      signal: new AbortController().signal,
    };
    return tellProcesses(telling, [stopRecord(scope, stop, at)], abilities);
  }

  /** By customer: the topic that has the outcome of a message of this campaign, and why. */
  async function outcomesOf(campaignId: string, customers: readonly string[]): Promise<string[]> {
    const sources = await world.request(customers.map((customer) => message(customer, { campaignId })));
    await world.decided(sources);
    const records = [...(await world.read('cleared')), ...(await world.read('suppressed'))];
    return sources.map((source) => {
      const record = records.find((each) => headerOf(each, 'tact-source') === source);
      return record ? headerOf(record, 'tact-why') : 'nowhere';
    });
  }

  it('is stopped in every process as soon as they say so, and nothing else is', async () => {
    const { missing, processes: known } = await tell({ campaign: ['spring'] }, 'suppress');
    expect(known).toHaveLength(2);
    expect(missing).toEqual([]);
    const customers = ['ann', 'ben', 'cem', 'dee'];
    expect(await outcomesOf('spring', customers)).toEqual(customers.map(() => 'stopped'));
    expect(await outcomesOf('summer', customers)).toEqual(customers.map(() => 'cleared'));
    for (const each of processes) expect(await metricOf(each, 'tact_stops{mode="suppress"}')).toBe(1);
    expect(world.log.lines('control-changed').at(-1)).toMatchObject({
      stops: [{ scope: { campaign: ['spring'] }, because: 'a wrong price' }],
    });
  });

  it('is stopped in a process that starts later, too, and no more when it is resumed', async () => {
    const third = await world.govern();
    expect(await metricOf(third, 'tact_stops{mode="suppress"}')).toBe(1);
    const { missing, control } = await tell({ campaign: ['spring'] }, null);
    expect(missing).toEqual([]);
    expect(control.stops).toEqual([]);
    expect(await outcomesOf('spring', ['eva', 'fay'])).toEqual(['cleared', 'cleared']);
    await third.stop();
  });

  it('stays on Kafka where everything is held, and goes out when it is resumed', async () => {
    await tell({}, 'hold');
    const holding = async () => {
      const shards = (await Promise.all(processes.map(statusOf))).flatMap((status) => status.shards);
      return shards.filter(({ state, cause }) => state === 'holding' && cause === 'stopped').length;
    };
    await until('every shard holds', async () => (await holding()) === 2);
    const sources = await world.request([message('gus'), message('hal')]);
    const interaction = { customerId: 'gus', type: 'opted-out', occurredAt: Date.now() };
    await world.append('interactions', 0, [{ value: Buffer.from(JSON.stringify(interaction)) }]);
    await world.append('interactions', 1, [{ value: Buffer.from(JSON.stringify(interaction)) }]);
    // What is told meanwhile is taken in, so that it counts when things go on.
    await until('the opt-out is known', async () => {
      const { state } = await abilities.readCustomer(world.config, 'gus');
      return (state?.optOuts.length ?? 0) > 0;
    });
    const meanwhile = await world.outcomes();
    expect(sources.filter((source) => meanwhile.has(source))).toEqual([]);
    for (const each of processes) expect((await fetch(`${each.address}/readyz`)).status).toBe(200);
    await tell({}, null);
    const outcomes = await world.decided(sources);
    expect(sources.map((source) => outcomes.get(source))).toEqual([['suppressed'], ['cleared']]);
  });

  it('passes over a record that nobody can read, and says where it is', async () => {
    await world.append('control', 0, [{ key: Buffer.from('stop:{}'), value: Buffer.from('{"v":1') }]);
    await until('it is noticed', async () => world.log.lines('control-unreadable').length > 0);
    expect(await outcomesOf('autumn', ['ida'])).toEqual(['cleared']);
  });
});

it('does not start without the control topic, and says how to create it', async () => {
  const world = await GovernWorld.create({ policy: policyText([CAP]) });
  try {
    const topics = { ...world.config.topics, control: `${world.id}.nothing` };
    const config = { ...world.config, topics };
    const starting = govern(config, { within: 10_000, signal: new AbortController().signal });
    await expect(starting).rejects.toThrow(/nothing .*tact topics create/);
  } finally {
    await world.close();
  }
});
