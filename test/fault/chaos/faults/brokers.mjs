import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { isInSync, isOutOfSync } from '../replicas.mjs';
import { acquires, either, transactions } from '../signs.mjs';

/** What governors say of brokers that do not answer. */
const HINDERED = either(transactions('aborted', 'ambiguous', 'fenced'), acquires());
const COMMITTED = transactions('committed');
const FULL = /No space left on device/;

const oneDown = {
  id: 'F10',
  title: 'one broker of three is killed',
  async inject(world) {
    const node = world.random.pick(world.stack.cluster.nodes);
    await node.kill();
    const felt = await isOutOfSync(world);
    await pause(world.random.between(0, 4_000));
    await node.start();
    await isInSync(world);
    return felt;
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
    await isInSync(world);
    return stalled;
  },
};

const asleep = {
  id: 'F12',
  title: 'a broker, which coordinates groups and transactions, sleeps',
  async inject(world) {
    const node = world.random.pick(world.stack.cluster.nodes);
    return world.rises(HINDERED, async () => {
      node.signal('SIGSTOP');
      const isSeen = await isOutOfSync(world);
      await pause(world.random.between(0, 6_000));
      node.signal('SIGCONT');
      await isInSync(world);
      return isSeen;
    });
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
    await isInSync(world);
    return felt;
  },
};

export const BROKER_FAULTS = [oneDown, twoDown, asleep, diskFull].map((fault) => ({
  kind: 'brokers',
  ...fault,
}));
