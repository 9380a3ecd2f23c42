import { CompressionTypes, Kafka, logLevel, Partitioners } from 'kafkajs';

/** Of the transactions of the one platform that uses them, so many are aborted and sent again. */
const ABORTED_SHARE = 0.05;
const RETRY = { initialRetryTime: 20, maxRetryTime: 1_000, retries: 50 };

/** A client that does not know Tact; every platform has one of its own. */
export function kafkaOf(kafka, clientId) {
  return new Kafka({
    clientId,
    brokers: [kafka],
    logLevel: logLevel.NOTHING,
    retry: RETRY,
    requestTimeout: 30_000,
  });
}

/**
 * One producer for each platform: with the usual partitioner (murmur2) by id or by JSON key, with the one of old clients,
 * with partitions of its own choice, compressed, in transactions.
 */
export class Producers {
  #random;
  #topics;
  #producers = new Map();
  #transactional;

  constructor({ kafka, topics, random, run }) {
    this.#random = random;
    this.#topics = topics;
    const standard = Partitioners.DefaultPartitioner;
    const partitioners = {
      app: standard,
      shop: standard,
      recorded: standard,
      esp: standard,
      legacy: Partitioners.LegacyPartitioner,
    };
    for (const [platform, createPartitioner] of Object.entries(partitioners)) {
      const options = { createPartitioner, allowAutoTopicCreation: false, retry: RETRY };
      this.#producers.set(platform, kafkaOf(kafka, `${run}-${platform}`).producer(options));
    }
    this.#transactional = kafkaOf(kafka, `${run}-crm`).producer({
      createPartitioner: standard,
      transactionalId: `${run}-crm-platform`,
      maxInFlightRequests: 1,
      retry: RETRY,
    });
    this.#producers.set('crm', this.#transactional);
  }

  async connect() {
    await Promise.all([...this.#producers.values()].map((producer) => producer.connect()));
  }

  async disconnect() {
    await Promise.all([...this.#producers.values()].map((producer) => producer.disconnect()));
  }

  /**
   * Resolves when all are acknowledged; each platform's records keep their order.
   * @param {import('./traffic.mjs').LoadRecord[]} records
   */
  async send(records) {
    const byPlatform = new Map();
    for (const { platform, ...message } of records) {
      const own = byPlatform.get(platform);
      if (own) own.push(message);
      else byPlatform.set(platform, [message]);
    }
    await Promise.all([...byPlatform].map(([platform, messages]) => this.#sendAs(platform, messages)));
  }

  async #sendAs(platform, messages) {
    const topic = this.#topics[platform];
    if (platform === 'crm') return this.#sendInTransactions(topic, messages);
    const compression = platform === 'shop' ? CompressionTypes.GZIP : CompressionTypes.None;
    await this.#producers.get(platform).send({ topic, messages, compression });
  }

  async #sendInTransactions(topic, messages) {
    while (this.#random.chance(ABORTED_SHARE)) {
      const aborted = await this.#transactional.transaction();
      await aborted.send({ topic, messages });
      await aborted.abort();
    }
    const transaction = await this.#transactional.transaction();
    await transaction.send({ topic, messages });
    await transaction.commit();
  }
}
