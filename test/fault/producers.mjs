import { CompressionTypes, Kafka, logLevel, Partitioners } from 'kafkajs';

/** Of the transactions of the one platform that uses them, so many are aborted and sent again. */
const ABORTED_SHARE = 0.05;
const PLATFORMS = ['crm', 'app', 'shop', 'legacy', 'recorded', 'esp'];
const RENEWALS_MAX = 5;
const CHUNK = 2_000;
const RETRY = { initialRetryTime: 20, maxRetryTime: 1_000, retries: 50 };

/** A client that does not know Tact; every platform has one of its own. */
export function kafkaOf(kafka, clientId) {
  return new Kafka({
    clientId,
    brokers: kafka.split(','),
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
  #makers = new Map();
  #turns = new Map();
  /** The partitions that a platform's present send is for. */
  #chosen = new Map(PLATFORMS.map((platform) => [platform, new Set()]));
  #isClosed = false;

  constructor({ kafka, topics, random, run }) {
    this.#random = random;
    this.#topics = topics;
    for (const platform of PLATFORMS) {
      const partitioner =
        platform === 'legacy' ? Partitioners.LegacyPartitioner : Partitioners.DefaultPartitioner;
      const options = {
        ...{ createPartitioner: this.#watched(platform, partitioner), retry: RETRY },
        ...(platform === 'crm'
          ? { transactionalId: `${run}-crm-platform`, maxInFlightRequests: 1 }
          : { allowAutoTopicCreation: false }),
      };
      this.#makers.set(platform, () => kafkaOf(kafka, `${run}-${platform}`).producer(options));
    }
    for (const [platform, make] of this.#makers) this.#producers.set(platform, make());
  }

  async connect() {
    await Promise.all([...this.#producers.values()].map((producer) => producer.connect()));
  }

  async disconnect() {
    this.#isClosed = true;
    await Promise.all([...this.#producers.values()].map((producer) => producer.disconnect()));
  }

  /** As `send`, for any number of them. */
  async sendAll(records) {
    for (let i = 0; i < records.length; i += CHUNK) await this.send(records.slice(i, i + CHUNK));
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
    await Promise.all([...byPlatform].map(([platform, messages]) => this.#inTurn(platform, messages)));
  }

  /** One call after another: a platform has one transaction at a time. */
  async #inTurn(platform, messages) {
    const before = this.#turns.get(platform) ?? Promise.resolve();
    const own = before.then(() => this.#sendAs(platform, messages));
    this.#turns.set(
      platform,
      own.catch(() => {}),
    );
    await own;
  }

  /** What was not acknowledged is sent again, by a new producer, and so may come twice. */
  async #sendAs(platform, messages) {
    for (let failures = 0; ; failures++) {
      try {
        return await this.#trySend(platform, messages);
      } catch (error) {
        if (this.#isClosed || failures === RENEWALS_MAX) throw error;
        await this.#renew(platform);
      }
    }
  }

  async #renew(platform) {
    await this.#producers
      .get(platform)
      .disconnect()
      .catch(() => {});
    const producer = this.#makers.get(platform)();
    this.#producers.set(platform, producer);
    await producer.connect().catch(() => {});
  }

  async #trySend(platform, messages) {
    const topic = this.#topics[platform];
    if (platform === 'crm') return this.#sendInTransactions(topic, messages);
    const compression = platform === 'shop' ? CompressionTypes.GZIP : CompressionTypes.None;
    await this.#whole(platform, () => this.#producers.get(platform).send({ topic, messages, compression }));
  }

  #watched(platform, createPartitioner) {
    return () => {
      const choose = createPartitioner();
      return (message) => {
        const partition = choose(message);
        this.#chosen.get(platform).add(partition);
        return partition;
      };
    };
  }

  /**
   * kafkajs resolves without having sent everything, where one broker has answered, another has not, and the partitions of the
   * other have moved to the first: whoever has answered is not asked again.
   */
  async #whole(platform, send) {
    const chosen = this.#chosen.get(platform);
    chosen.clear();
    const placed = new Set((await send()).map(({ partition }) => partition));
    const missing = [...chosen].filter((partition) => !placed.has(partition));
    if (missing.length > 0)
      throw new Error(`nothing was written to the partitions ${missing} of ${platform}`);
  }

  async #sendInTransactions(topic, messages) {
    const producer = this.#producers.get('crm');
    while (this.#random.chance(ABORTED_SHARE)) {
      const aborted = await producer.transaction();
      await aborted.send({ topic, messages });
      await aborted.abort();
    }
    const transaction = await producer.transaction();
    await this.#whole('crm', () => transaction.send({ topic, messages }));
    await transaction.commit();
  }
}
