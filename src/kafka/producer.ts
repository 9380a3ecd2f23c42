import type { Transaction as ClientTransaction, Kafka, Producer, ProducerBatch } from 'kafkajs';
import { assert, type TactError } from '../kernel/errors.ts';
import type { Duration } from '../kernel/time.ts';
import type { ShardProducer, Transaction } from '../shard/log.ts';
import { coded, isFencing, kindOf, tactError } from './kafka-error.ts';
import { baseOffsets, toTopicMessages } from './slices.ts';
import { answeredWithin, within } from './time-limit.ts';

const CLOSE_WAIT_MS = 2_000;
const RETRY_PAUSE_MS = 20;
/** Beyond the transaction time-out, after which the coordinator aborts by itself what holds the new producer up. */
const SETTLING_MARGIN_MS = 15_000;
const COORDINATOR_NOT_READY = new Set([
  'CONCURRENT_TRANSACTIONS',
  'KafkaJSGroupCoordinatorNotFound',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_LOAD_IN_PROGRESS',
]);

export interface ProducerIdentity {
  readonly transactionalId: string;
  readonly transactionTimeoutMs: Duration;
  /** A step of a transaction that has not ended by itself is given up after so long. */
  readonly giveUpMs: Duration;
}

/**
 * Opens the transactional producer: when this resolves, the coordinator has given it an epoch, so that every older
 * producer of the id is fenced and its open transaction settled. Throws `kafka-unreachable` or `kafka-refused`.
 */
export async function openProducer(client: Kafka, identity: ProducerIdentity): Promise<ShardProducer> {
  const producer = client.producer({
    transactionalId: identity.transactionalId,
    transactionTimeout: identity.transactionTimeoutMs,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition as number,
  });
  try {
    const patience = identity.transactionTimeoutMs + SETTLING_MARGIN_MS;
    const opened = open(producer, patience);
    await answeredWithin(patience + identity.giveUpMs, 'open', opened);
  } catch (error) {
    await within(CLOSE_WAIT_MS, producer.disconnect());
    throw tactError(`cannot open the producer ${identity.transactionalId}`, error);
  }
  return new KafkaShardProducer(producer, identity);
}

async function open(producer: Producer, patience: Duration): Promise<void> {
  await producer.connect();
  const transaction = await beginFirst(producer, patience);
  await transaction.abort();
}

/** The library gives up sooner than a coordinator may need to settle the old owner's transaction. */
async function beginFirst(producer: Producer, patienceMs: Duration): Promise<ClientTransaction> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await producer.transaction();
    } catch (error) {
      if (!COORDINATOR_NOT_READY.has(kindOf(error)) || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS));
    }
  }
}

/**
 * The producer of one shard. After any error it is broken for good: the library would reuse sequence numbers that the
 * broker may have taken, and a late EndTxn could end the transaction after it.
 */
class KafkaShardProducer implements ShardProducer {
  readonly #producer: Producer;
  readonly #identity: ProducerIdentity;
  #broken: string | undefined;

  constructor(producer: Producer, identity: ProducerIdentity) {
    this.#producer = producer;
    this.#identity = identity;
  }

  async begin(): Promise<Transaction> {
    const transaction = await this.#guard('begin a transaction', failedIn, () =>
      this.#producer.transaction(),
    );
    return {
      send: (slices) =>
        this.#guard('send', failedIn, async () => {
          const topicMessages = toTopicMessages(slices);
          if (topicMessages.length === 0) return baseOffsets(slices, []);
          const batch = { acks: -1, topicMessages } as unknown as ProducerBatch;
          return baseOffsets(slices, await transaction.sendBatch(batch));
        }),
      commit: () => this.#guard('commit', ambiguous, () => transaction.commit()),
      abort: () => this.#guard('abort', failedIn, () => transaction.abort()),
    };
  }

  async close(): Promise<void> {
    this.#broken ??= 'it was closed';
    await within(CLOSE_WAIT_MS, this.#producer.disconnect());
  }

  async #guard<T>(
    what: string,
    name: (what: string, error: unknown) => TactError,
    work: () => Promise<T>,
  ): Promise<T> {
    assert(this.#broken === undefined, `a producer is not used again after ${this.#broken}`);
    const { transactionalId, giveUpMs } = this.#identity;
    try {
      return await answeredWithin(giveUpMs, what, work());
    } catch (error) {
      this.#broken = `it failed to ${what}`;
      throw name(`${transactionalId} cannot ${what}`, error);
    }
  }
}

function failedIn(what: string, error: unknown): TactError {
  if (isFencing(error)) return coded('producer-fenced', what, error);
  return coded('transaction-failed', what, error);
}

function ambiguous(what: string, error: unknown): TactError {
  if (isFencing(error)) return coded('producer-fenced', what, error);
  return coded('commit-ambiguous', what, error);
}
