import { afterEach, expect, it } from 'vitest';
import { policyOf } from '../../support/policies.ts';
import { SETTINGS, SHARDS, ShardWorld, until } from '../../support/shard-world.ts';

const POLICY = policyOf('  - { id: daily, for: { channel: email }, cap: { limit: 2, window: 1d } }');

let world: ShardWorld;
afterEach(() => world.stop());

function worldFrom(start: 'earliest' | 'latest'): ShardWorld {
  return new ShardWorld({ inputs: SETTINGS.inputs.map((input) => ({ ...input, start })) });
}

async function crashBeforeFirstTurn(): Promise<void> {
  const first = await world.start(POLICY);
  await until(
    'every shard runs',
    () => first.told.filter(({ call }) => call === 'acquired').length === SHARDS,
  );
  world.crash(first);
}

it('a shard whose first owner ended before its first turn does not hold: no position was lost', async () => {
  world = worldFrom('earliest');
  await crashBeforeFirstTurn();
  world.append('requested', { customerId: 'anna', channel: 'email' });
  await world.start(POLICY);
  await until('the message has an outcome', () => world.outcomes().size === 1);
});

it('a start at the end of an input is chosen once: what arrives while nobody runs is decided', async () => {
  world = worldFrom('latest');
  world.append('requested', { customerId: 'anna', channel: 'email' });
  await crashBeforeFirstTurn();
  const source = world.append('requested', { customerId: 'anna', channel: 'email' });
  await world.start(POLICY);
  await until('the message has an outcome', () => world.outcomes().size === 1);
  expect([...world.outcomes().keys()]).toEqual([`requested/${source.partition}/${source.offset}`]);
});
