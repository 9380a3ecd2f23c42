import { setTimeout as pause } from 'node:timers/promises';
import { kafkaOf } from '../../producers.mjs';
import { acquires } from '../signs.mjs';

const DEAD_LETTERS = /^tact_dead_letters_total/;
const DECIDED = /^tact_decisions_total/;
const STOPPED = /^tact_decisions_total\{outcome="suppressed"/;
const OPTED_OUT = /^tact_decisions_total\{outcome="suppressed",reason="opted-out"/;
const REFUSED = acquires('transaction');
const BURST = 300;
const HOT_MS = 10_000;
const HOT_MESSAGES = 500;
const PAIRS = 60;
/** From then on an opt-out binds, and the checker sees to it. */
const OBEYED_AFTER_MS = 9_000;
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
    // Nearly all of its messages are stopped, and so many more than usual.
    return world.rises(
      STOPPED,
      async () => {
        world.traffic.makeHot(0.5);
        await pause(HOT_MS);
        world.traffic.makeHot(0);
        return world.traffic.hottest() > before + HOT_MESSAGES;
      },
      { by: HOT_MESSAGES },
    );
  },
};

const flood = {
  id: 'F25',
  title: 'ten times as many messages as usual',
  async inject(world) {
    const { pressure } = world;
    const before = pressure.sent;
    const many = 3 * pressure.perSecond * (HOT_MS / 1_000);
    return world.rises(
      DECIDED,
      async () => {
        pressure.multiply(10);
        await pause(HOT_MS);
        pressure.multiply(1);
        return pressure.sent - before > many;
      },
      { by: many },
    );
  },
};

const race = {
  id: 'F28',
  title: 'opt-outs race messages to the same customers',
  async inject(world) {
    const { pressure, traffic, random } = world;
    const races = [...traffic.races(PAIRS)];
    for (const { optOut, during } of races) {
      const first = random.chance(0.5) ? [optOut, during] : [during, optOut];
      await Promise.all(first.map((record) => pressure.send([record])));
    }
    await pause(OBEYED_AFTER_MS);
    return world.rises(OPTED_OUT, () => pressure.send(races.map(({ after }) => after)), { by: PAIRS });
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
