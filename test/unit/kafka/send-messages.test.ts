import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { loadKafkaJs } from '../../../src/kafka/client-library.ts';
import { groupByPartition } from '../../../src/kafka/send-messages.ts';

const require = createRequire(import.meta.url);
const library = loadKafkaJs();

interface Eos {
  getSequence(topic: string, partition: number): number;
  updateSequence(topic: string, partition: number, increment: number): void;
  initProducerId(): Promise<void>;
  beginTransaction(): void;
}
type Send = (request: object) => Promise<{ topicName: string; partition: number; baseOffset: string }[]>;
type MakeSend = (parts: object) => Send;
interface Produce {
  topicData: { partitions: { partition: number; firstSequence: number; messages: unknown[] }[] }[];
}

const stock: MakeSend = require('kafkajs/src/producer/sendMessages.js');
const ours = library.moduleAt('producer/sendMessages.js') as MakeSend;
const createEos = library.moduleAt('producer/eosManager/index.js') as (options: object) => Eos;
const createRetry = library.moduleAt('retry/index.js') as (options: object) => unknown;
const { KafkaJSProtocolError, KafkaJSConnectionClosedError } = library.moduleAt('errors.js') as {
  KafkaJSProtocolError: new (error: object) => Error;
  KafkaJSConnectionClosedError: new (message: string, where: object) => Error;
};

const refusal = (type: string, code: number, retriable: boolean) =>
  new KafkaJSProtocolError({ type, code, retriable, message: type });
const moved = () => refusal('NOT_LEADER_FOR_PARTITION', 6, true);
const closed = () => new KafkaJSConnectionClosedError('Closed connection', { host: 'b', port: 1 });
const silent = { namespace: () => silent, debug() {}, info() {}, warn() {}, error() {} };

interface Append {
  readonly node: string;
  readonly partition: number;
  readonly firstSequence: number;
}

/** Three brokers of which A answers slowly; partition 0 is led by A, partition 1 by B. */
class Brokers {
  readonly appended: Append[] = [];
  readonly added: number[][] = [];
  leaders: Record<string, number[]> = { A: [0], B: [1] };
  /** What B answers to its first attempts. */
  refusals: Error[] = [];
  /** What the coordinator answers at first. */
  coordinatorRefusals: Error[] = [];
  #refusesAfter = 0;
  #eos: Eos | undefined;
  /** What happens to the partitions' leaders when the metadata is read again. */
  refreshed: () => void = () => {};

  #broker(nodeId: string) {
    return {
      nodeId,
      produce: async ({ topicData }: Produce) => {
        if (nodeId === 'A') await new Promise((resolve) => setTimeout(resolve, 60));
        if (nodeId === 'B') await new Promise((resolve) => setTimeout(resolve, this.#refusesAfter));
        const refused = nodeId === 'B' ? this.refusals.shift() : undefined;
        if (refused) throw refused;
        const partitions = topicData.flatMap((topic) => topic.partitions);
        for (const { partition, firstSequence } of partitions)
          this.appended.push({ node: nodeId, partition, firstSequence });
        const placed = partitions.map(({ partition }) => ({ partition, errorCode: 0, baseOffset: '5' }));
        return { topics: [{ topicName: 'cleared', partitions: placed }] };
      },
      addPartitionsToTxn: async ({ topics }: { topics: { partitions: number[] }[] }) => {
        const partitions = topics.flatMap((topic) => topic.partitions);
        const refused = partitions.includes(1) ? this.coordinatorRefusals.shift() : undefined;
        if (refused) throw refused;
        this.added.push(partitions);
      },
      initProducerId: async () => ({ producerId: '7', producerEpoch: 1 }),
    };
  }

  readonly #nodes = { A: this.#broker('A'), B: this.#broker('B'), C: this.#broker('C') };

  readonly cluster = {
    retry: { retries: 5 },
    targetTopics: new Set(['cleared']),
    isConnected: () => true,
    addMultipleTargetTopics: async () => {},
    refreshMetadataIfNecessary: async () => {},
    refreshMetadata: async () => this.refreshed(),
    findTopicPartitionMetadata: () => [{ partitionId: 0 }, { partitionId: 1 }],
    findLeaderForPartitions: (_: string, partitions: (number | string)[]) =>
      Object.fromEntries(
        Object.entries(this.leaders)
          .map(([node, led]) => [node, led.filter((each) => partitions.map(Number).includes(each))] as const)
          .filter(([, led]) => led.length > 0),
      ),
    findBroker: async ({ nodeId }: { nodeId: 'A' | 'B' | 'C' }) => this.#nodes[nodeId],
    findGroupCoordinator: async () => this.#nodes.C,
    findControllerBroker: async () => this.#nodes.C,
    removeBroker() {},
  };

  /** `sent`: records that the producer has written to partition 0 before. */
  async send(make: MakeSend, transactional = true, partitions = [0, 1], sent = 0) {
    const id = transactional ? { transactional, transactionalId: 'tact-0' } : { transactional };
    const eosManager = createEos({ logger: silent, cluster: this.cluster, ...id });
    this.#eos = eosManager;
    await eosManager.initProducerId();
    if (transactional) eosManager.beginTransaction();
    eosManager.updateSequence('cleared', 0, sent);
    const retrier = createRetry({ retries: 3, initialRetryTime: 2, maxRetryTime: 10 });
    const partitioner = ({ message }: { message: { partition: number } }) => message.partition;
    const send = make({ logger: silent, cluster: this.cluster, partitioner, eosManager, retrier });
    const messages = partitions.map((partition) => ({ partition }));
    const result = await send({ acks: -1, topicMessages: [{ topic: 'cleared', messages }] }).catch(
      (error: unknown) => error,
    );
    // the library gives up on a slow broker that it then asks again: what that one does still counts
    await new Promise((resolve) => setTimeout(resolve, 100));
    return result;
  }

  /** B answers when A has. */
  refuseLate(): void {
    this.#refusesAfter = 90;
  }

  /** What the producer's next record of the partition will be called. */
  sequence(partition: number): number | undefined {
    return this.#eos?.getSequence('cleared', partition);
  }

  at(partition: number): Append[] {
    return this.appended.filter((each) => each.partition === partition);
  }
}

const ONCE = [{ node: 'A', partition: 0, firstSequence: 0 }];
const TWICE = [...ONCE, { node: 'A', partition: 0, firstSequence: 1 }];

describe('a send to several brokers', () => {
  const refused = () => {
    const brokers = new Brokers();
    brokers.refusals = [moved()];
    return brokers;
  };

  it('appends once at a slow broker although another one refuses, where the library appends twice', async () => {
    const [theirs, mended] = [refused(), refused()];
    await theirs.send(stock);
    expect(theirs.at(0)).toEqual(TWICE);
    expect(await mended.send(ours)).toMatchObject([{ partition: 0 }, { partition: 1 }]);
    expect(mended.at(0)).toEqual(ONCE);
    expect(mended.at(1)).toEqual([{ node: 'B', partition: 1, firstSequence: 0 }]);
  });

  it('fails a transaction when a broker is lost, once the slow one has appended, where the library appends twice', async () => {
    const [theirs, mended] = [new Brokers(), new Brokers()];
    theirs.refusals = [closed()];
    mended.refusals = [closed(), closed()];
    await theirs.send(stock);
    expect(theirs.at(0)).toEqual(TWICE);
    expect(await mended.send(ours)).toMatchObject({ name: 'KafkaJSConnectionClosedError' });
    expect(mended.appended).toEqual(ONCE);
    expect(mended.refusals).toHaveLength(1);
  });

  it('appends once although the coordinator was busy at first, where the library appends twice', async () => {
    const busy = () => {
      const brokers = new Brokers();
      brokers.coordinatorRefusals = [refusal('CONCURRENT_TRANSACTIONS', 51, true)];
      return brokers;
    };
    const [theirs, mended] = [busy(), busy()];
    await theirs.send(stock);
    expect(theirs.at(0)).toEqual(TWICE);
    expect(await mended.send(ours)).toEqual([
      { topicName: 'cleared', partition: 0, errorCode: 0, baseOffset: '5' },
      { topicName: 'cleared', partition: 1, errorCode: 0, baseOffset: '5' },
    ]);
    expect(mended.at(0)).toEqual(ONCE);
    expect(mended.at(1)).toHaveLength(1);
    expect(mended.added).toEqual([[0, 1]]);
  });

  it('never appends at a new leader what the old one has taken, as the library does', async () => {
    const moving = () => {
      const brokers = new Brokers();
      brokers.leaders = { B: [1], C: [0] };
      brokers.refusals = [moved()];
      brokers.refreshed = () => {
        brokers.leaders = { A: [0], B: [1] };
      };
      return brokers;
    };
    const [theirs, mended] = [moving(), moving()];
    await theirs.send(stock);
    expect(theirs.at(0).map(({ node }) => node)).toEqual(['C', 'A']);
    await mended.send(ours);
    expect(mended.at(0).map(({ node }) => node)).toEqual(['C']);
  });

  it('sends what has moved to a broker that has answered already, which the library leaves out without a word', async () => {
    const moving = () => {
      const brokers = new Brokers();
      brokers.refusals = [moved()];
      brokers.refreshed = () => {
        brokers.leaders = { A: [0, 1] };
      };
      return brokers;
    };
    const [theirs, mended] = [moving(), moving()];
    // B refuses only when A has answered, so that the library knows it by then.
    for (const brokers of [theirs, mended]) brokers.refuseLate();
    expect(await theirs.send(stock)).toMatchObject([{ partition: 0 }]);
    expect(theirs.at(1)).toEqual([]);
    expect(await mended.send(ours)).toMatchObject([{ partition: 0 }, { partition: 1 }]);
    expect(mended.at(1)).toEqual([{ node: 'A', partition: 1, firstSequence: 0 }]);
  });

  it('stops before its sequence numbers are used up, where the library begins at 0 and the broker does not', async () => {
    const nearTheEnd = 2 ** 31 - 4;
    const [theirs, mended] = [new Brokers(), new Brokers()];
    await theirs.send(stock, true, [0, 0, 0, 1], nearTheEnd);
    expect(theirs.at(0)).toEqual([{ node: 'A', partition: 0, firstSequence: nearTheEnd }]);
    expect(theirs.sequence(0), 'the broker expects 2147483647').toBe(0);
    expect(await mended.send(ours, true, [0, 0, 0, 1], nearTheEnd)).toMatchObject({
      code: 'transaction-failed',
    });
    expect(mended.at(0)).toEqual([]);
    expect(await new Brokers().send(ours, true, [0, 0, 1], nearTheEnd)).toMatchObject([
      { partition: 0 },
      { partition: 1 },
    ]);
  });

  it('gives up on a broker that goes on refusing', async () => {
    const brokers = new Brokers();
    brokers.refusals = Array.from({ length: 20 }, moved);
    expect(await brokers.send(ours)).toMatchObject({ type: 'NOT_LEADER_FOR_PARTITION' });
    expect(brokers.refusals).toHaveLength(14);
    expect(brokers.appended).toEqual(ONCE);
  });

  it('fails at once when the transaction is refused a partition, and has appended nothing', async () => {
    const brokers = new Brokers();
    brokers.coordinatorRefusals = [refusal('INVALID_PRODUCER_EPOCH', 47, false)];
    expect(await brokers.send(ours)).toMatchObject({ type: 'INVALID_PRODUCER_EPOCH' });
    expect(brokers.appended).toEqual([]);
  });

  it('refuses a partition that does not exist, whose records the library drops without a word', async () => {
    const [theirs, mended] = [new Brokers(), new Brokers()];
    expect(await theirs.send(stock, true, [1, 7])).toMatchObject([{ partition: 1 }]);
    expect(await mended.send(ours, true, [1, 7])).toMatchObject({ code: 'kafka-refused' });
    expect(mended.appended).toEqual([]);
  });

  it('outside a transaction produces again what was not answered, under the same sequence numbers', async () => {
    const [theirs, mended] = [new Brokers(), new Brokers()];
    for (const brokers of [theirs, mended]) brokers.refusals = [closed()];
    await theirs.send(stock, false);
    expect(theirs.at(0)).toEqual(TWICE);
    expect(await mended.send(ours, false)).toMatchObject([{ partition: 0 }, { partition: 1 }]);
    expect(mended.at(0)).toEqual(ONCE);
    expect(mended.at(1)).toEqual([{ node: 'B', partition: 1, firstSequence: 0 }]);
  });
});

describe('grouping by partition', () => {
  it('takes linear time for a large send', () => {
    const stockGroup = require('kafkajs/src/producer/groupMessagesPerPartition.js');
    const messages = Array.from({ length: 8_000 }, (_, i) => ({ partition: i % 2 }));
    const partitioner = ({ message }: { message: object }) => (message as { partition: number }).partition;
    const grouping = { topic: 't', partitionMetadata: [{}, {}], messages, partitioner };
    const groups = groupByPartition(grouping);
    // The best of several, for a machine that does other things, too.
    const took = Math.min(...Array.from({ length: 5 }, () => timed(() => groupByPartition(grouping))));
    const tookStock = timed(() => stockGroup(grouping));
    expect(took).toBeLessThan(tookStock / 5);
    expect(Object.fromEntries(groups)).toEqual(stockGroup(grouping));
  });
});

function timed(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}
