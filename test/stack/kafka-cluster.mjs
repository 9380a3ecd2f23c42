import { join } from 'node:path';
import { freePort } from './children.mjs';
import { newClusterId, startKafka } from './kafka.mjs';

const NODES = [1, 2, 3];
const PROPERTIES = {
  'default.replication.factor': '3',
  'min.insync.replicas': '2',
  'replica.lag.time.max.ms': '5000',
  'broker.session.timeout.ms': '6000',
  'broker.heartbeat.interval.ms': '1000',
  'controller.quorum.election.timeout.ms': '1000',
  'controller.quorum.fetch.timeout.ms': '2000',
  'unclean.leader.election.enable': 'false',
};

/** Three brokers that are controllers, too: replication factor 3, two in sync at least. Each can be killed and started again. */
export class KafkaCluster {
  #nodes;

  /**
   * @param {object} options
   * @param {(nodeId: number) => Promise<import('./stack.mjs').KafkaListener[]>} options.listenersOf beside the plain one
   * @param {(nodeId: number) => string} options.folderOf where a node keeps its data
   * @param {(line: string) => void} [options.log]
   */
  static async start({ listenersOf, folderOf, log = () => {} }) {
    const ports = [];
    for (const nodeId of NODES)
      ports.push({ nodeId, broker: await freePort(), controller: await freePort() });
    const voters = ports.map(({ nodeId, controller }) => `${nodeId}@127.0.0.1:${controller}`).join(',');
    const clusterId = newClusterId();
    const cluster = new KafkaCluster();
    cluster.#nodes = [];
    for (const { nodeId, broker, controller } of ports) {
      const options = {
        port: broker,
        dir: folderOf(nodeId),
        heapMb: 400,
        properties: PROPERTIES,
        listeners: await listenersOf(nodeId),
        member: {
          ...{ clusterId, nodeId, voters, controllerPort: controller },
          ...{ replicationFactor: 3, minInSyncReplicas: 2 },
        },
        log,
      };
      cluster.#nodes.push(new KafkaNode(options));
    }
    try {
      await Promise.all(cluster.#nodes.map((node) => node.start()));
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** `host:port,…` of the plain listeners. */
  get address() {
    return this.#nodes.map(({ address }) => address).join(',');
  }

  /** @returns {readonly KafkaNode[]} */
  get nodes() {
    return this.#nodes;
  }

  async stop() {
    await Promise.all(this.#nodes.map((node) => node.kill()));
  }
}

export class KafkaNode {
  #options;
  #server;
  #starting;

  constructor(options) {
    this.#options = options;
  }

  get id() {
    return this.#options.member.nodeId;
  }

  get address() {
    return `127.0.0.1:${this.#options.port}`;
  }

  get logFile() {
    return join(this.#options.dir, 'kafka.log');
  }

  get running() {
    return this.#server !== undefined;
  }

  /** Resolves when it answers, which it does when two nodes of the three run. */
  start() {
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #start() {
    const server = await startKafka(this.#options);
    this.#server = server;
    server.ended.then(() => {
      if (this.#server === server) this.#server = undefined;
    });
  }

  signal(name) {
    this.#server?.signal(name);
  }

  async kill() {
    await this.#starting?.catch(() => {});
    this.signal('SIGKILL');
    await this.#server?.ended;
  }
}
