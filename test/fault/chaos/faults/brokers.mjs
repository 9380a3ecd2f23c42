import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { kafkaOf } from '../../producers.mjs';
import { transactions } from '../signs.mjs';

const COMMITTED = transactions('committed');
const FULL = /No space left on device/;

/** How few replicas of the cleared topic's partitions are in sync, at the least. */
async function leastInSync({ kafka, topics }) {
  const admin = kafkaOf(kafka, 'chaos-admin').admin();
  try {
    await admin.connect();
    const { topics: found } = await admin.fetchTopicMetadata({ topics: [topics.cleared] });
    return Math.min(...found[0].partitions.map(({ isr }) => isr.length));
  } finally {
    await admin.disconnect();
  }
}

const isrShrinks = (world) => world.comes(async () => (await leastInSync(world)) < 3);
const isrIsWhole = (world) => world.comes(async () => (await leastInSync(world)) === 3, 60_000);

const oneDown = {
  id: 'F10',
  title: 'one broker of three is killed',
  async inject(world) {
    const node = world.random.pick(world.stack.cluster.nodes);
    await node.kill();
    const felt = await isrShrinks(world);
    await pause(world.random.between(0, 4_000));
    await node.start();
    return (await isrIsWhole(world)) && felt;
  },
};

const twoDown = {
  id: 'F11',
  title: 'two brokers of three are down: nothing goes out',
  async inject(world) {
    const [one, two] = world.random.shuffle(world.stack.cluster.nodes);
    await Promise.all([one.kill(), two.kill()]);
    // What was under way has come to its end by then.
    await pause(6_000);
    const before = world.count(COMMITTED);
    await pause(5_000);
    const stalled = world.count(COMMITTED) === before;
    await Promise.all([one.start(), two.start()]);
    await isrIsWhole(world);
    return stalled;
  },
};

const asleep = {
  id: 'F12',
  title: 'a broker, which coordinates groups and transactions, sleeps',
  async inject(world) {
    const node = world.random.pick(world.stack.cluster.nodes);
    node.signal('SIGSTOP');
    const felt = await isrShrinks(world);
    await pause(world.random.between(0, 6_000));
    node.signal('SIGCONT');
    return (await isrIsWhole(world)) && felt;
  },
};

const diskFull = {
  id: 'F30a',
  title: "a broker's disk is full",
  async inject(world) {
    const { disks, cluster } = world.stack;
    if (!disks.kafka.isBounded) return false;
    const node = cluster.nodes.at(-1);
    const seen = () => readFileSync(node.logFile, 'utf8').split(FULL).length;
    const before = seen();
    disks.kafka.fill();
    const felt = await world.comes(() => seen() > before || !node.running, 40_000);
    disks.kafka.free();
    if (node.running) await node.kill();
    await node.start();
    return (await isrIsWhole(world)) && felt;
  },
};

export const BROKER_FAULTS = [oneDown, twoDown, asleep, diskFull].map((fault) => ({
  kind: 'brokers',
  ...fault,
}));
