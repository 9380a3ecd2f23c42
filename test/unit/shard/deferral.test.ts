import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shardOf } from '../../../src/kernel/shard-of.ts';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/time.ts';
import { coordinates } from '../../../src/model/record.ts';
import { parsePolicy } from '../../../src/policy/parse-policy.ts';
import type { StateStore } from '../../../src/shard/state-store.ts';
import { policyOf } from '../../support/policies.ts';
import { header, SETTINGS, SHARDS, ShardWorld, until } from '../../support/shard-world.ts';
import { delegate } from '../../support/shard-wraps.ts';

const HOURLY = policyOf('  - { id: room, gap: 1h, onBlock: defer }');

let world: ShardWorld;
/** A clock that is set from hand; nobody holds for it. */
const settings = { clockTolerance: 1_000 * DAY };
beforeEach(() => {
  world = new ShardWorld(settings);
  world.now = Date.now();
});
afterEach(() => world.stop());

let sent = 0;
beforeEach(() => {
  sent = 0;
});
const request = (customerId: string, more: object = {}) => {
  sent += 1;
  return coordinates(
    world.append('requested', { customerId, channel: 'email', messageId: `m${sent}`, ...more }),
  );
};
/** In the customer's own shard, so that nothing has to be re-routed first. */
const interact = (customerId: string, type: string, more: object = {}) =>
  world.append(
    'interactions',
    { customerId, type, occurredAt: world.now, ...more },
    shardOf(customerId, SHARDS),
  );

const waitingIn = (shard: number) =>
  [...world.foldOf(shard).keys()].filter((field) => field.startsWith('d:'));
const waiting = () => Array.from({ length: SHARDS }, (_, shard) => waitingIn(shard)).flat();

async function untilWaiting(count: number): Promise<void> {
  await until(`${count} messages wait`, () => waiting().length === count);
}

async function untilOutcomes(count: number): Promise<void> {
  await until(`${count} inputs have an outcome`, () => world.outcomes().size >= count);
}

/** The decision on the suppressed topic for this source. */
function suppressed(source: string): Record<string, unknown> {
  const record = world.read('suppressed').find((each) => header(each, 'tact-source') === source);
  return JSON.parse(String(record?.value ?? '{}'));
}

async function expectTheFold(): Promise<void> {
  for (let shard = 0; shard < SHARDS; shard++) {
    await until(`the store is the fold of shard ${shard}`, async () => {
      const [view, fold] = [await world.viewOf(shard), world.foldOf(shard)];
      return view.size === fold.size && [...fold].every(([field, value]) => view.get(field) === value);
    });
    const due = await world.store.due(shard, { until: Number.MAX_SAFE_INTEGER, limit: 1_000, bytesMax: 1e9 });
    expect(due.isWhole).toBe(true);
    expect(due.entries.map(({ field }) => field).sort()).toEqual(waitingIn(shard).sort());
  }
}

function later(time: number): void {
  world.now = (world.now ?? 0) + time;
}

describe('a deferred message', () => {
  it('has no outcome while it waits, and is cleared when it is due, as it came', async () => {
    await world.start(HOURLY);
    request('ann');
    await untilOutcomes(1);
    const second = request('ann', { payload: { text: 'Grüße' } });
    await untilWaiting(1);
    later(HOUR - MINUTE);
    request('bob');
    await untilOutcomes(2);
    expect(world.outcomes().has(second)).toBe(false);
    later(MINUTE);
    await untilOutcomes(3);
    expect(world.outcomes().get(second)).toEqual(['cleared']);
    const cleared = world.read('cleared').find((each) => header(each, 'tact-source') === second);
    const input = world.broker
      .read('requested', (shardOf('ann', SHARDS) + 1) % SHARDS)
      .find(({ value }) => String(value).includes('Grüße'));
    expect(cleared?.value).toEqual(input?.value);
    expect(cleared?.key).toEqual(input?.key);
    expect(cleared && header(cleared, 'traceparent')).toBe('00-1-2-3');
    expect(waiting()).toEqual([]);
    await expectTheFold();
  });

  it('waits on when it is blocked again, and is suppressed when it can no longer pass in time', async () => {
    await world.start(HOURLY);
    request('ann');
    await untilOutcomes(1);
    const [one, two] = [request('ann'), request('ann', { expiresAt: (world.now ?? 0) + 90 * MINUTE })];
    const three = request('ann');
    await untilWaiting(3);
    later(HOUR);
    await untilOutcomes(3);
    expect(world.outcomes().get(one)).toEqual(['cleared']);
    expect(suppressed(two)).toMatchObject({ reason: 'too-soon', outcome: 'suppressed' });
    expect(suppressed(two).waitingSince).toBe((world.now ?? 0) - HOUR);
    await untilWaiting(1);
    await expectTheFold();
    later(HOUR);
    await untilOutcomes(4);
    expect(world.outcomes().get(three)).toEqual(['cleared']);
  });

  it('is stopped by an opt-out that came while it waited', async () => {
    await world.start(HOURLY);
    request('ann');
    await untilOutcomes(1);
    const second = request('ann');
    await untilWaiting(1);
    interact('ann', 'opted-out');
    later(HOUR);
    await untilOutcomes(2);
    expect(suppressed(second)).toMatchObject({ reason: 'opted-out' });
    expect(waiting()).toEqual([]);
  });

  it('is stopped by an opt-out that came, as the time at which it is due did, while nobody ran', async () => {
    const first = await world.start(HOURLY);
    request('ann');
    await untilOutcomes(1);
    const second = request('ann');
    await untilWaiting(1);
    await first.governor.stop();
    interact('ann', 'opted-out');
    later(HOUR);
    await world.start(HOURLY);
    await untilOutcomes(2);
    expect(suppressed(second)).toMatchObject({ reason: 'opted-out' });
  });

  it('goes before others of its customer by its rank, whoever waited longer', async () => {
    await world.start(HOURLY);
    request('ann');
    await untilOutcomes(1);
    const low = request('ann', { rank: 1 });
    await untilWaiting(1);
    later(MINUTE);
    const [high, middle] = [request('ann', { rank: 9 }), request('ann', { rank: 5 })];
    await untilWaiting(3);
    const order: string[] = [];
    for (let count = 2; count <= 4; count++) {
      later(HOUR);
      await untilOutcomes(count);
      order.push(...[...world.outcomes().keys()].filter((source) => !order.includes(source)));
    }
    expect(order.slice(1)).toEqual([high, middle, low]);
  });

  it('of a higher class goes before one of a lower class, whatever their ranks', async () => {
    const policy = parsePolicy(
      `apiVersion: tact/v1
name: test
enforce: true
channels: { email: {} }
classes: { service: { rank: 2 }, marketing: { rank: 1, default: true } }
rules:
  - { id: room, gap: 1h, onBlock: defer }`,
      'test.yaml',
    );
    if (!policy.ok) throw new Error(policy.problems.map(({ message }) => message).join());
    await world.start(policy.policy);
    request('ann');
    await untilOutcomes(1);
    request('ann', { rank: 9 });
    const service = request('ann', { class: 'service' });
    await untilWaiting(2);
    later(HOUR);
    await untilOutcomes(2);
    expect(world.outcomes().get(service)).toEqual(['cleared']);
  });

  it('goes first by its rank though more of its customer wait than are read at once', async () => {
    world = new ShardWorld({ ...settings, turnRecordsMax: 2 });
    world.now = Date.now();
    await world.start(HOURLY);
    request('ann');
    await untilOutcomes(1);
    for (let rank = 1; rank <= 6; rank++) request('ann', { rank });
    await untilWaiting(6);
    const highest = request('ann', { rank: 99 });
    await untilWaiting(7);
    later(HOUR);
    await untilOutcomes(2);
    expect(world.outcomes().get(highest)).toEqual(['cleared']);
    await untilWaiting(6);
    await expectTheFold();
  });

  it('ends with its customer: an erasure leaves one outcome, and no byte of it', async () => {
    await world.start(HOURLY);
    request('ann');
    await untilOutcomes(1);
    const secret = request('ann', { payload: 'canary' });
    await untilWaiting(1);
    interact('ann', 'erased');
    await untilOutcomes(2);
    expect(suppressed(secret)).toMatchObject({ reason: 'opted-out' });
    expect(waiting()).toEqual([]);
    await expectTheFold();
    later(DAY);
    request('bob');
    await untilOutcomes(3);
    world.broker.compact('state');
    expect(
      world
        .read('state')
        .map(({ value }) => String(value))
        .join(),
    ).not.toContain('canary');
    expect(world.outcomes().get(secret)).toEqual(['suppressed']);
  });

  it('is cancelled by its sender, alone or with its campaign', async () => {
    await world.start(HOURLY);
    request('ann');
    await untilOutcomes(1);
    const [one, two, three] = [
      request('ann', { messageId: 'one', campaignId: 'spring' }),
      request('ann', { messageId: 'two', campaignId: 'spring' }),
      request('ann', { messageId: 'three', campaignId: 'summer' }),
    ];
    await untilWaiting(3);
    interact('ann', 'cancelled', { messageId: 'two' });
    await untilOutcomes(2);
    expect(suppressed(two)).toMatchObject({ reason: 'cancelled' });
    interact('ann', 'cancelled', { campaignId: 'spring' });
    await untilOutcomes(3);
    expect(suppressed(one)).toMatchObject({ reason: 'cancelled' });
    await untilWaiting(1);
    await expectTheFold();
    later(HOUR);
    await untilOutcomes(4);
    expect(world.outcomes().get(three)).toEqual(['cleared']);
  });

  it('is cancelled before it is decided, in the turn in which it comes or a later one, but not when made anew', async () => {
    const made = { createdAt: world.now };
    const early = request('bob', { messageId: 'early', ...made });
    interact('bob', 'cancelled', { messageId: 'early' });
    interact('bob', 'cancelled', { messageId: 'late' });
    await world.start(HOURLY);
    await untilOutcomes(1);
    expect(suppressed(early)).toMatchObject({ reason: 'cancelled' });
    const late = request('bob', { messageId: 'late', ...made });
    await untilOutcomes(2);
    const anew = request('bob', { messageId: 'late', createdAt: (world.now ?? 0) + 1 });
    await untilOutcomes(3);
    expect(suppressed(late)).toMatchObject({ reason: 'cancelled' });
    expect(world.outcomes().get(anew)).toEqual(['cleared']);
    await expectTheFold();
  });

  it('is a dead letter when it can no longer be read, and waits no longer', async () => {
    const first = await world.start(HOURLY);
    request('ann');
    await untilOutcomes(1);
    const second = request('ann');
    await untilWaiting(1);
    await first.governor.stop();
    // What comes in on the topic is now an interaction.
    await world.start(HOURLY, {
      inputs: SETTINGS.inputs.map((input) => ({ ...input, kind: 'interaction' })),
    });
    later(HOUR);
    await untilOutcomes(2);
    expect(world.outcomes().get(second)).toEqual(['dead-letter']);
    expect(waiting()).toEqual([]);
    await expectTheFold();
  });
});

describe('a shard in which messages wait', () => {
  it('suppresses what comes when it is full, says so, and takes more when there is room again', async () => {
    world = new ShardWorld({ ...settings, deferralsMax: 2 });
    world.now = Date.now();
    await world.start(HOURLY);
    request('ann');
    await untilOutcomes(1);
    for (let i = 0; i < 2; i++) request('ann');
    await untilWaiting(2);
    const third = request('ann');
    await untilOutcomes(2);
    expect(suppressed(third)).toMatchObject({ reason: 'deferral-full' });
    later(HOUR);
    await untilOutcomes(3);
    request('ann');
    await untilWaiting(2);
  });

  it('counts what waits anew after an acquire', async () => {
    world = new ShardWorld({ ...settings, deferralsMax: 1 });
    world.now = Date.now();
    const first = await world.start(HOURLY);
    request('ann');
    await untilOutcomes(1);
    request('ann');
    await untilWaiting(1);
    await first.governor.stop();
    await world.start(HOURLY);
    const third = request('ann');
    await untilOutcomes(2);
    expect(suppressed(third)).toMatchObject({ reason: 'deferral-full' });
  });

  it('lets the largest message wait that is forwarded, and suppresses what would be too large to be kept', async () => {
    world = new ShardWorld({ ...settings, recordBytesMax: 20_000 });
    world.now = Date.now();
    await world.start(HOURLY);
    request('ann');
    await untilOutcomes(1);
    // With the room that its own headers are given it just fits.
    request('ann', { payload: 'x'.repeat(17_750) });
    await untilWaiting(1);
    // A header's name counts by its letters when it is forwarded, and takes twice as many bytes where it is kept.
    const value = Buffer.from(JSON.stringify({ customerId: 'ann', channel: 'email', messageId: 'named' }));
    const headers = [{ name: 'ü'.repeat(10_000), value: null }];
    world.broker.append('requested', 0, { key: null, value, headers, timestamp: Date.now() });
    await untilOutcomes(2);
    expect(world.read('suppressed').map((each) => JSON.parse(String(each.value)).reason)).toEqual([
      'deferral-full',
    ]);
    expect(waiting()).toHaveLength(1);
  });

  it('tells what waits, and when it is due', async () => {
    const { told } = await world.start(HOURLY);
    request('ann');
    await untilOutcomes(1);
    request('ann');
    await untilWaiting(1);
    const shard = shardOf('ann', SHARDS);
    const expected = { waiting: 1, nextDueAt: (world.now ?? 0) + HOUR };
    const last = () =>
      told.filter(({ call, args }) => call === 'deferred' && args[0] === shard).at(-1)?.args[1];
    await until('the wait is told', () => JSON.stringify(last()) === JSON.stringify(expected));
    later(HOUR);
    await untilOutcomes(2);
    await until('the end is told', () => (last() as { waiting: number }).waiting === 0);
    const turns = told.filter(({ call, args }) => call === 'turnFinished' && args[0] === shard);
    expect(turns.at(-1)?.args[1]).toMatchObject({ released: 1, records: 0 });
  });

  it('releases nothing while the interactions are not known well enough', async () => {
    world = new ShardWorld({ ...settings, freshnessMaxAge: 200 });
    world.now = Date.now();
    const { told } = await world.start(HOURLY);
    request('ann');
    await untilOutcomes(1);
    const second = request('ann');
    await untilWaiting(1);
    const hanging = world.broker.createLog({ applicationId: 'other', groupId: 'other', shards: SHARDS });
    const transaction = await (await hanging.openProducer(0)).begin();
    await transaction.send(
      [0, 1, 2, 3].map((partition) => ({
        topic: 'interactions',
        partition,
        records: [{ key: null, value: Buffer.from('{}'), headers: [], timestamp: Date.now() }],
      })),
    );
    interact('ann', 'opted-out');
    const holding = () =>
      told.filter(({ args }) => args[0] === shardOf('ann', SHARDS) && args[2] === 'interactions-behind');
    await until('the shard holds', () => holding().length > 0);
    later(HOUR);
    await until('time goes by', () => told.filter(({ call }) => call === 'lag').length > 3 * SHARDS);
    expect(world.outcomes().has(second)).toBe(false);
    await transaction.commit();
    await untilOutcomes(2);
    expect(suppressed(second)).toMatchObject({ reason: 'opted-out' });
  });

  it('takes in new messages while many are due, and releases those while many come', async () => {
    world = new ShardWorld({ ...settings, turnRecordsMax: 5 });
    world.now = Date.now();
    const customers = Array.from({ length: 90 }, (_, i) => `c${i}`);
    const first = await world.start(HOURLY);
    for (const id of customers) request(id);
    await untilOutcomes(90);
    for (const id of customers) request(id);
    await untilWaiting(90);
    await first.governor.stop();
    const inHome = (customerId: string) =>
      coordinates(world.append('requested', { customerId, channel: 'email' }, shardOf(customerId, SHARDS)));
    const fresh = new Set(Array.from({ length: 90 }, (_, i) => inHome(`new-${i}`)));
    later(HOUR);
    await world.start(HOURLY);
    await untilOutcomes(270);
    for (let shard = 0; shard < SHARDS; shard++) {
      const own = customers.filter((id) => shardOf(id, SHARDS) === shard).length;
      const isFresh = world.broker
        .read('cleared', shard)
        .slice(own)
        .map((each) => fresh.has(header(each, 'tact-source')));
      const early = isFresh.slice(0, 30);
      expect(early.filter(Boolean).length).toBeGreaterThanOrEqual(10);
      expect(early.filter(Boolean).length).toBeLessThanOrEqual(20);
    }
  });

  it('does not sleep through the time at which something is due', async () => {
    world = new ShardWorld({ fetchWait: 3_600_000 });
    await world.start(policyOf('  - { id: room, gap: 1s, onBlock: defer }'));
    const customers = Array.from({ length: 9 }, (_, i) => `c${i}`);
    for (const id of customers) for (let i = 0; i < 2; i++) request(id);
    await untilOutcomes(18);
    expect(world.read('cleared')).toHaveLength(18);
  });

  it('looks again at the interactions when reading what is due took long', async () => {
    world = new ShardWorld({ ...settings, freshnessMaxAge: 200 });
    world.now = Date.now();
    let gate: Promise<void> | undefined;
    let isAsked = false;
    const slow = (store: StateStore): StateStore => ({
      ...delegate(store),
      due: async (shard, question) => {
        if (question.limit > 0 && shard === shardOf('ann', SHARDS)) {
          isAsked = true;
          await gate;
        }
        return store.due(shard, question);
      },
    });
    await world.start(HOURLY, { store: slow });
    request('ann');
    await untilOutcomes(1);
    const second = request('ann');
    await untilWaiting(1);
    let open: () => void = () => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    later(HOUR);
    await until('the store is asked what is due', () => isAsked);
    interact('ann', 'opted-out');
    const since = performance.now();
    await until('what is known of the interactions is too old', () => performance.now() - since > 250);
    open();
    await untilOutcomes(2);
    expect(suppressed(second)).toMatchObject({ reason: 'opted-out' });
  });
});
