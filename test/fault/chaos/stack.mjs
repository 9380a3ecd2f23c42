import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../stack/children.mjs';
import { KafkaCluster } from '../../stack/kafka-cluster.mjs';
import { Disk } from './disk.mjs';
import { Link } from './link.mjs';
import { RedisPair } from './redis-pair.mjs';

const SEATS = ['one', 'two', 'three'];
/** Of the disks that can be full. */
const KAFKA_DISK_MB = 1_000;
const REDIS_DISK_MB = 300;

/**
 * What all rounds share: three brokers, two Redis servers, and for each governor's seat a link of its own to every one of them.
 * @typedef {object} Seat
 * @property {string} name
 * @property {Link[]} brokers one for each node
 * @property {Link} redis
 */
export class ChaosStack {
  /** @type {KafkaCluster} */
  cluster;
  /** @type {RedisPair} */
  redis;
  /** @type {Seat[]} */
  seats = [];
  /** @type {{ kafka: Disk, redis: Disk }} */
  disks;

  /** @param {{ folder: string, log: (line: string) => void }} options */
  static async start({ folder, log }) {
    const stack = new ChaosStack();
    stack.disks = {
      kafka: Disk.mount(join(folder, 'disk-kafka'), KAFKA_DISK_MB),
      redis: Disk.mount(join(folder, 'disk-redis'), REDIS_DISK_MB),
    };
    try {
      for (const name of SEATS) stack.seats.push({ name, brokers: [], redis: undefined });
      stack.cluster = await KafkaCluster.start({
        // The last broker can run out of disk.
        folderOf: (nodeId) =>
          nodeId === 3 ? join(stack.disks.kafka.folder, 'node-3') : join(folder, `node-${nodeId}`),
        listenersOf: () => stack.#listeners(),
        log,
      });
      stack.redis = await RedisPair.start((name) => {
        const own = join(name === 'redis-a' ? stack.disks.redis.folder : folder, name);
        mkdirSync(own, { recursive: true });
        return own;
      });
      for (const seat of stack.seats) seat.redis = await Link.open(stack.redis.primary.port);
      return stack;
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  /** Of every seat. */
  get links() {
    return this.seats.flatMap(({ brokers, redis }) => (redis ? [...brokers, redis] : brokers));
  }

  /** Everything runs, answers and is linked again, whatever was done to it. */
  async heal() {
    this.disks.kafka.free();
    this.disks.redis.free();
    for (const link of this.links) link.heal();
    for (const node of this.cluster.nodes) node.signal('SIGCONT');
    await this.redis.heal();
    for (const { redis } of this.seats) redis.leadTo(this.redis.primary.port);
    await Promise.all(this.cluster.nodes.filter(({ running }) => !running).map((node) => node.start()));
  }

  async stop() {
    await Promise.all(this.links.map((link) => link.close()));
    await this.cluster?.stop();
    await this.redis?.stop();
    this.disks.kafka.unmount();
    this.disks.redis.unmount();
  }

  /** A listener for each seat, told under the port of its link. */
  async #listeners() {
    const listeners = [];
    for (const seat of this.seats) {
      const port = await freePort();
      const link = await Link.open(port, { framed: true });
      seat.brokers.push(link);
      listeners.push({
        ...{ name: `SEAT_${seat.name.toUpperCase()}`, host: '127.0.0.1', protocol: 'PLAINTEXT' },
        ...{ port, toldPort: link.port },
      });
    }
    return listeners;
  }
}
