import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import Redis from 'ioredis';
import { startRedis } from '../stack/stack.mjs';
import { waiting, watermarks } from './shard-fields.mjs';

/** A Redis that can be emptied, and rolled back to a snapshot by killing it and starting it on the older file. */
export class RedisServer {
  #server;
  #client;
  #snapshot;

  /** @param {string} folder */
  static async start(folder) {
    const redis = new RedisServer();
    redis.#server = await startRedis({ dir: folder });
    redis.#client = new Redis(redis.url, { lazyConnect: true });
    redis.#client.on('error', () => {});
    redis.#snapshot = join(folder, 'older.rdb');
    return redis;
  }

  get url() {
    return this.#server.url;
  }

  get pid() {
    return this.#server.pid;
  }

  /** The watermark of every shard; 0 where there is none. */
  async watermarks(keyPrefix, shards) {
    return watermarks(this.#client, keyPrefix, shards);
  }

  /** How many messages wait, in all shards. */
  async waiting(keyPrefix, shards) {
    return (await waiting(this.#client, keyPrefix, shards)).reduce((all, count) => all + count, 0);
  }

  /** Keeps a copy of what is in it now. */
  async snapshot() {
    await this.#client.save();
    copyFileSync(this.#server.dumpFile, this.#snapshot);
  }

  async empty() {
    await this.#client.flushall();
  }

  /** Kills it and starts it with what the last snapshot holds. */
  async rollBack() {
    if (!existsSync(this.#snapshot)) throw new Error('there is no snapshot to roll back to');
    const { port, dir, dumpFile } = this.#server;
    this.#server.signal('SIGKILL');
    await this.#server.ended;
    copyFileSync(this.#snapshot, dumpFile);
    this.#server = await startRedis({ port, dir });
  }

  async stop() {
    this.#client.disconnect();
    await this.#server.stop();
  }
}
