import { Writer } from './bytes.mjs';
import { Connection } from './connection.mjs';
import { decodeBatches } from './record-batch.mjs';

/**
 * The isolation levels of a fetch: `committed` reads to the last stable offset and leaves out what was aborted,
 * `uncommitted` reads everything up to the high watermark.
 * @typedef {'committed' | 'uncommitted'} Isolation
 * @typedef {import('./record-batch.mjs').BatchRecord & { topic: string, partition: number }} TopicRecord
 */

const FETCH = { key: 1, version: 4 };
const LIST_OFFSETS = { key: 2, version: 1 };
const METADATA = { key: 3, version: 1 };
const LATEST = -1;
const EARLIEST = -2;
const FETCH_BYTES = 1024 * 1024;
const FETCH_WAIT_MS = 200;
/** Errors of a leader that is moving or has just come up. */
const TRANSIENT = new Set([3, 5, 6, 7, 9]);
const PATIENCE_MS = 20_000;

/** Reads topics over Kafka's wire protocol, with a client of its own. Requests follow one another. */
export class Cluster {
  #bootstrap;
  #connections = new Map();
  #leaders = new Map();

  /** @param {string} bootstrap `host:port` */
  constructor(bootstrap) {
    const [host, port] = bootstrap.split(',')[0].split(':');
    this.#bootstrap = { host, port: Number(port) };
  }

  /**
   * The partitions of a topic, in order. Throws when it does not exist.
   * @param {string} topic
   * @returns {Promise<number[]>}
   */
  async partitions(topic) {
    const reader = await (await this.#connection('bootstrap', this.#bootstrap)).request(
      METADATA,
      new Writer().array([topic], (writer, name) => writer.string(name)),
    );
    const brokers = new Map(
      reader.array((each) => [
        each.int32(),
        { host: each.string(), port: each.int32(), rack: each.string() },
      ]),
    );
    reader.int32();
    const [found] = reader.array(readTopic);
    if (found?.error !== 0) throw new Error(`topic ${topic} cannot be read (error ${found?.error})`);
    for (const { partition, leader } of found.partitions) {
      const broker = brokers.get(leader);
      if (broker) this.#leaders.set(`${topic}/${partition}`, { id: leader, ...broker });
    }
    return found.partitions.map(({ partition }) => partition).sort((one, other) => one - other);
  }

  /** The offset after the last record or marker, committed or not. */
  endOffset(topic, partition) {
    return this.#listOffset(topic, partition, LATEST);
  }

  startOffset(topic, partition) {
    return this.#listOffset(topic, partition, EARLIEST);
  }

  /**
   * Every record from `from` to the end that the partition has now. With `committed` it waits, up to a deadline, for open
   * transactions to end, and then throws.
   * @param {string} topic
   * @param {number} partition
   * @param {{ isolation?: Isolation, from?: number }} [options]
   * @returns {AsyncGenerator<TopicRecord>}
   */
  async *read(topic, partition, { isolation = 'committed', from } = {}) {
    const end = await this.endOffset(topic, partition);
    let next = Math.max(from ?? 0, await this.startOffset(topic, partition));
    let deadline = Date.now() + PATIENCE_MS;
    while (next < end) {
      const { batches, records } = await this.#fetch(topic, partition, next, isolation);
      if (batches.length > 0) deadline = Date.now() + PATIENCE_MS;
      else if (Date.now() > deadline) throw heldBack(topic, partition, next, end);
      for (const record of records) {
        if (record.offset >= next && record.offset < end) yield { topic, partition, ...record };
      }
      next = Math.max(next, (batches.at(-1)?.lastOffset ?? -1) + 1);
    }
  }

  /**
   * Every record of a topic, partition after partition.
   * @param {string} topic
   * @param {{ isolation?: Isolation }} [options]
   */
  async *readTopic(topic, options) {
    for (const partition of await this.partitions(topic)) yield* this.read(topic, partition, options);
  }

  close() {
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
  }

  async #fetch(topic, partition, offset, isolation) {
    const body = new Writer().int32(-1).int32(FETCH_WAIT_MS).int32(1).int32(FETCH_BYTES);
    body.int8(isolation === 'committed' ? 1 : 0);
    place(body, topic, (writer) => writer.int32(partition).int64(offset).int32(FETCH_BYTES));
    const { aborted, set } = await this.#ask(topic, partition, FETCH, body, (reader) => {
      reader.int32();
      const [[found]] = reader.array((each) => {
        each.string();
        return each.array(readFetched);
      });
      return found;
    });
    const batches = decodeBatches(set);
    const visible = isolation === 'committed' ? withoutAborted(batches, aborted) : batches;
    return { batches, records: visible.flatMap((batch) => batch.records) };
  }

  async #listOffset(topic, partition, timestamp) {
    const body = new Writer().int32(-1);
    place(body, topic, (writer) => writer.int32(partition).int64(timestamp));
    const { offset } = await this.#ask(topic, partition, LIST_OFFSETS, body, (reader) => {
      const [[found]] = reader.array((each) => {
        each.string();
        return each.array(readOffset);
      });
      return found;
    });
    return offset;
  }

  /** Asks the partition's leader, again while leadership moves. */
  async #ask(topic, partition, api, body, read) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const answer = read(await (await this.#leader(topic, partition)).request(api, body));
      if (answer.error === 0) return answer;
      if (!TRANSIENT.has(answer.error) || Date.now() > deadline) {
        throw new Error(`${topic}/${partition} answered api ${api.key} with error ${answer.error}`);
      }
      this.#leaders.delete(`${topic}/${partition}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #leader(topic, partition) {
    const key = `${topic}/${partition}`;
    if (!this.#leaders.has(key)) await this.partitions(topic);
    const leader = this.#leaders.get(key);
    if (!leader) throw new Error(`${key} has no leader`);
    return this.#connection(leader.id, leader);
  }

  async #connection(id, address) {
    const open = this.#connections.get(id) ?? (await Connection.open(address));
    this.#connections.set(id, open);
    return open;
  }
}

/**
 * Leaves out the batches of aborted transactions. The broker names every transaction that touches the fetched range and was
 * aborted, in the order of their markers, by producer and first offset; a transaction ends at its producer's abort marker.
 * @param {import('./record-batch.mjs').Batch[]} batches in the order of their offsets
 * @param {{ producerId: number, firstOffset: number }[]} aborted
 */
export function withoutAborted(batches, aborted) {
  const ahead = [...aborted].sort((one, other) => one.firstOffset - other.firstOffset);
  const aborting = new Set();
  return batches.filter((batch) => {
    while (ahead[0] && ahead[0].firstOffset <= batch.lastOffset) aborting.add(ahead.shift()?.producerId);
    if (batch.marker === 'abort') aborting.delete(batch.producerId);
    return !(batch.transactional && aborting.has(batch.producerId));
  });
}

function place(writer, topic, partition) {
  writer.array([topic], (each, name) => each.string(name).array([0], partition));
}

function readTopic(reader) {
  const error = reader.int16();
  const name = reader.string();
  reader.int8();
  const partitions = reader.array((each) => {
    each.int16();
    const partition = { partition: each.int32(), leader: each.int32() };
    each.array((replica) => replica.int32());
    each.array((replica) => replica.int32());
    return partition;
  });
  return { error, name, partitions };
}

function readFetched(reader) {
  reader.int32();
  const error = reader.int16();
  const highWatermark = reader.int64();
  const stableOffset = reader.int64();
  const aborted = reader.array((each) => ({ producerId: each.int64(), firstOffset: each.int64() }));
  return { error, highWatermark, stableOffset, aborted, set: reader.bytes() ?? Buffer.alloc(0) };
}

function readOffset(reader) {
  reader.int32();
  const error = reader.int16();
  reader.int64();
  return { error, offset: reader.int64() };
}

function heldBack(topic, partition, next, end) {
  return new Error(
    `${topic}/${partition} cannot be read beyond ${next} of ${end}: a transaction stays open there`,
  );
}
