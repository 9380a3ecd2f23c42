import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Redis from 'ioredis';
import { waitUntil } from '../../stack/children.mjs';
import { startRedis } from '../../stack/stack.mjs';
import { watermarks } from '../shard-fields.mjs';

const APPENDING = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--repl-diskless-sync-delay', '0'];
const LINKED_WITHIN_MS = 30_000;

/** A Redis that writes an append-only file, and a replica of it. Either can become the primary. */
export class RedisPair {
  primary;
  replica;

  /** @param {(name: string) => string} folderOf where a server keeps its data */
  static async start(folderOf) {
    const pair = new RedisPair();
    pair.primary = await RedisNode.start(folderOf('redis-a'));
    pair.replica = await RedisNode.start(folderOf('redis-b'));
    await pair.follow();
    return pair;
  }

  /** The replica follows the primary; resolves when it has caught up. */
  async follow() {
    const { primary, replica } = this;
    await primary.call('REPLICAOF', 'NO', 'ONE');
    await replica.call('REPLICAOF', '127.0.0.1', String(primary.port));
    const linked = async () => /master_link_status:up/.test(await replica.call('INFO', 'replication'));
    await waitUntil(linked, { what: 'the Redis replica', timeoutMs: LINKED_WITHIN_MS });
  }

  /** The replica takes no more from the primary, and is one itself. */
  async part() {
    await this.replica.call('REPLICAOF', 'NO', 'ONE');
  }

  /** The one that keeps its data below this folder is the primary from now on, where it was the replica. */
  async prefer(folder) {
    if (this.primary.dir.startsWith(folder)) return;
    await this.part();
    this.exchange();
    await this.follow();
  }

  /** Who was the replica is the primary from now on. */
  exchange() {
    [this.primary, this.replica] = [this.replica, this.primary];
  }

  /** Both run, allow everything and forget nothing, and one follows the other. */
  async heal() {
    for (const node of [this.primary, this.replica]) await node.heal();
    await this.follow();
  }

  async stop() {
    await Promise.all([this.primary.stop(), this.replica.stop()]);
  }
}

export class RedisNode {
  #server;
  #client;
  #hasEnded = false;

  static async start(folder) {
    const node = new RedisNode();
    node.#watch(await startRedis({ dir: folder, args: APPENDING }));
    node.#client = new Redis(node.#server.url, { lazyConnect: true });
    node.#client.on('error', () => {});
    return node;
  }

  get url() {
    return this.#server.url;
  }

  get port() {
    return this.#server.port;
  }

  get dir() {
    return this.#server.dir;
  }

  /** A command and its answer. */
  call(...command) {
    return this.#client.call(...command);
  }

  /** How often this error was answered so far. */
  async errors(kind) {
    const stats = await this.call('INFO', 'errorstats');
    return Number(new RegExp(`errorstat_${kind}:count=(\\d+)`).exec(stats)?.[1] ?? 0);
  }

  /** A number of the section `stats`. */
  async stat(name) {
    return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(await this.call('INFO', 'stats'))?.[1] ?? 0);
  }

  /** The watermark of every shard; 0 where there is none. */
  async watermarks(keyPrefix, shards) {
    return watermarks(this.#client, keyPrefix, shards);
  }

  signal(name) {
    this.#server.signal(name);
  }

  async kill() {
    this.signal('SIGKILL');
    await this.#server.ended;
  }

  /** After a kill, with what its append-only file holds; empty where a full disk has spoiled that. */
  async startAgain() {
    const { port, dir } = this.#server;
    const start = () => startRedis({ port, dir, args: APPENDING });
    try {
      this.#watch(await start());
    } catch (error) {
      if (!/Bad file format/.test(error.message)) throw error;
      rmSync(join(dir, 'appendonlydir'), { recursive: true });
      this.#watch(await start());
    }
  }

  async heal() {
    if (this.#hasEnded) await this.startAgain();
    this.signal('SIGCONT');
    await this.call('ACL', 'SETUSER', 'default', '+@all');
    await this.call('CONFIG', 'SET', 'maxmemory', '0', 'maxmemory-policy', 'noeviction');
  }

  #watch(server) {
    this.#server = server;
    this.#hasEnded = false;
    server.ended.then(() => {
      if (this.#server === server) this.#hasEnded = true;
    });
  }

  async stop() {
    this.#client.disconnect();
    this.signal('SIGCONT');
    await this.#server.stop();
  }
}
