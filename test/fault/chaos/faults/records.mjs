import { setTimeout as pause } from 'node:timers/promises';
import { kafkaOf } from '../../producers.mjs';
import { acquires } from '../signs.mjs';

const DEAD_LETTERS = /^tact_dead_letters_total/;
const TURNS = /^tact_turn_records_sum/;
const REFUSED = acquires('transaction');
const BURST = 300;
const HOT_MS = 10_000;
const PAIRS = 60;
const OLD = 60;

const poison = {
  id: 'F22',
  title: 'a burst of records that cannot be read',
  inject: (world) =>
    world.rises(DEAD_LETTERS, () => world.pressure.send([...world.traffic.unreadables(BURST)]), {
      by: BURST,
    }),
};

const hot = {
  id: 'F24',
  title: 'half of the messages are to one customer',
  async inject(world) {
    const before = world.traffic.hottest();
    world.traffic.makeHot(0.5);
    await pause(HOT_MS);
    world.traffic.makeHot(0);
    return world.traffic.hottest() > before + 100;
  },
};

const flood = {
  id: 'F25',
  title: 'ten times as many messages as usual',
  async inject(world) {
    const before = world.pressure.sent;
    const usual = world.pressure.perSecond * (HOT_MS / 1_000);
    world.pressure.multiply(10);
    await pause(HOT_MS);
    world.pressure.multiply(1);
    const flooded = world.pressure.sent - before;
    return world.rises(TURNS, async () => {}, { by: 1 }) && flooded > 3 * usual;
  },
};

const race = {
  id: 'F28',
  title: 'opt-outs race messages to the same customers',
  async inject(world) {
    const { pressure, traffic } = world;
    for (const [optOut, message] of traffic.races(PAIRS)) {
      const first = world.random.chance(0.5) ? [optOut, message] : [message, optOut];
      await Promise.all(first.map((record) => pressure.send([record])));
    }
    return true;
  },
};

/** A setting of the topic that cleared messages go to, for a while. */
async function withTopicSetting({ kafka, topics }, name, value, work) {
  const admin = kafkaOf(kafka, 'chaos-admin').admin();
  const set = (configEntries) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: 2, name: topics.cleared, configEntries }],
    });
  await admin.connect();
  try {
    await set([{ name, value }]);
    await work();
  } finally {
    await set([]);
    await admin.disconnect();
  }
}

const tooLarge = {
  id: 'R1',
  title: 'the broker takes small records only',
  inject: (world) =>
    world.rises(REFUSED, () => withTopicSetting(world, 'max.message.bytes', '700', () => pause(8_000))),
};

/** Markers of transactions bear the time of the broker, and are never so old. */
const tooOld = {
  id: 'R2',
  title: 'the broker refuses records that are ten minutes old, and there are some among the others',
  inject: (world) =>
    world.rises(REFUSED, () =>
      withTopicSetting(world, 'message.timestamp.before.max.ms', '60000', async () => {
        const timestamp = String(Date.now() - 600_000);
        await world.pressure.send(
          [...world.traffic.toNewcomers(OLD)].map((record) => ({ ...record, timestamp })),
        );
        await pause(8_000);
      }),
    ),
};

export const RECORD_FAULTS = [poison, hot, flood, race, tooLarge, tooOld].map((fault) => ({
  kind: 'records',
  ...fault,
}));
