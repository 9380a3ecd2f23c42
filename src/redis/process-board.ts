import type { Duration } from '../kernel/time.ts';
import { type OnCommand, RedisClient } from './redis-client.ts';
import type { RedisSettings } from './settings.ts';

/** Where every process of an installation says how it is: one text each, gone when it was not renewed in time. */
export class RedisProcessBoard {
  readonly #client: RedisClient;
  readonly #prefix: string;

  constructor(settings: RedisSettings, options: { onCommand?: OnCommand } = {}) {
    this.#prefix = settings.keyPrefix;
    this.#client = new RedisClient(settings, options.onCommand);
  }

  /** Keeps the text under the process's name for `keepMs`. */
  async publish(instance: string, text: string, keepMs: Duration): Promise<void> {
    await this.#client.run('publish', 'publishing the status', async (redis) => {
      await redis.zadd(this.#names, Date.now() + keepMs, instance);
      await redis.set(this.#key(instance), text, 'PX', keepMs);
    });
  }

  async withdraw(instance: string): Promise<void> {
    await this.#client.run('publish', 'withdrawing the status', async (redis) => {
      await redis.zrem(this.#names, instance);
      await redis.unlink(this.#key(instance));
    });
  }

  /** What the processes last said, of those that said it in time. */
  async read(): Promise<string[]> {
    return this.#client.run('processes', 'reading the processes', async (redis) => {
      const names = await redis.zrangebyscore(this.#names, Date.now(), '+inf');
      const texts = await Promise.all(names.map((name) => redis.get(this.#key(name))));
      await redis.zremrangebyscore(this.#names, '-inf', Date.now() - MISSED_MS);
      return texts.filter((text) => text !== null);
    });
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  get #names(): string {
    return `${this.#prefix}:processes`;
  }

  #key(instance: string): string {
    return `${this.#prefix}:process:${instance}`;
  }
}

/** Names are kept a while longer than their texts, and then forgotten. */
const MISSED_MS: Duration = 60_000;
