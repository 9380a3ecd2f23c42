import { Cluster, Redis, type RedisCommander } from 'ioredis';
import { TactError } from '../kernel/errors.ts';
import { APPLY_SCRIPT } from './apply-script.ts';
import { addressesOf, clientOptions, clusterOptions, sentinelOptions } from './client-options.ts';
import { DUE_SCRIPT, type DueReply } from './due-script.ts';
import { redisError } from './redis-error.ts';
import type { RedisSettings } from './settings.ts';

export type RedisCommand =
  | 'load'
  | 'apply'
  | 'due'
  | 'view'
  | 'clear'
  | 'scan'
  | 'info'
  | 'publish'
  | 'processes';

/** Told after every command how long it took, waiting for a connection included, and whether it was answered well. */
export type OnCommand = (command: RedisCommand, seconds: number, ok: boolean) => void;

/** The client with the scripts as commands; they come back by themselves when Redis has forgotten them. */
export interface ScriptedRedis extends RedisCommander {
  tactApply(key: string, index: string, args: (string | Buffer)[]): Promise<string>;
  tactDueBuffer(
    key: string,
    index: string,
    until: number,
    limit: number,
    bytesMax: number,
  ): Promise<DueReply>;
}

/** One Redis, or one cluster; every command ends within the time-out, in an answer or in a `TactError`. */
export class RedisClient {
  readonly #connection: Redis | Cluster;
  readonly #redis: ScriptedRedis;
  /** `host:port`, or several, for errors. */
  readonly #address: string;
  readonly #timeoutMs: number;
  readonly #onCommand: OnCommand;
  #lastError: unknown;
  #becomesReady: Promise<void> | undefined;
  #closed = false;

  constructor(settings: RedisSettings, onCommand: OnCommand = () => {}) {
    this.#address = addressesOf(settings).join(',');
    this.#timeoutMs = settings.commandTimeoutMs;
    this.#onCommand = onCommand;
    this.#connection = connectionTo(settings);
    this.#connection.defineCommand('tactApply', {
      lua: APPLY_SCRIPT,
      numberOfKeys: 2,
    });
    this.#connection.defineCommand('tactDue', { lua: DUE_SCRIPT, numberOfKeys: 2 });
    this.#redis = this.#connection as unknown as ScriptedRedis;
    // Without a listener the client would write to the console; the next command reports the error.
    this.#connection.on('error', (error) => {
      // Of a cluster it is said only that no node answered; why not, by the last of them.
      this.#lastError = (error as { lastNodeError?: unknown }).lastNodeError ?? error;
    });
    this.#connection.on('ready', () => {
      this.#lastError = undefined;
    });
  }

  /** Runs one command; `what` names it in the error. */
  async run<T>(command: RedisCommand, what: string, send: (redis: ScriptedRedis) => Promise<T>): Promise<T> {
    const started = performance.now();
    let ok = false;
    try {
      if (this.#connection.status !== 'ready') await this.#ready(what);
      const answer = await send(this.#redis);
      ok = true;
      return answer;
    } catch (error) {
      throw redisError(`${what} at ${this.#address}`, error);
    } finally {
      this.#onCommand(command, (performance.now() - started) / 1_000, ok);
    }
  }

  /** What INFO says: of the one server, or of every primary of the cluster. */
  async infos(): Promise<string[]> {
    const connection = this.#connection;
    return this.run('info', 'info', (redis) =>
      connection instanceof Cluster
        ? Promise.all(connection.nodes('master').map((node) => node.info()))
        : Promise.all([redis.info()]),
    );
  }

  /** Ends the connection; commands under way fail. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { status } = this.#connection;
    const ended = new Promise<void>((resolve) => this.#connection.once('end', () => resolve()));
    this.#connection.disconnect();
    if (!this.#isBetweenAttempts(status)) await ended;
  }

  /** Then there is no connection whose end the client would report; a cluster has none until a node told its slots. */
  #isBetweenAttempts(status: string): boolean {
    const isLooking = this.#connection instanceof Cluster && status === 'connecting';
    return isLooking || status === 'reconnecting' || status === 'end';
  }

  /** Everybody who waits shares one wait, so that a Redis that is away costs one timer. */
  async #ready(what: string): Promise<void> {
    if (this.#closed) throw new TactError('redis-unreachable', `${what}: the store was closed`);
    this.#becomesReady ??= this.#waitUntilReady().finally(() => {
      this.#becomesReady = undefined;
    });
    try {
      await this.#becomesReady;
    } catch (error) {
      throw redisError(`${what} at ${this.#address}`, this.#lastError ?? error);
    }
  }

  #waitUntilReady(): Promise<void> {
    const redis = this.#connection;
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        redis.off('ready', onReady);
        redis.off('end', onEnd);
        settle();
      };
      const fail = (message: string) => finish(() => reject(new Error(message)));
      const onReady = () => finish(resolve);
      const onEnd = () => fail('the store was closed');
      const timer = setTimeout(() => fail(`no connection (${redis.status})`), this.#timeoutMs);
      redis.once('ready', onReady);
      redis.once('end', onEnd);
    });
  }
}

function connectionTo(settings: RedisSettings): Redis | Cluster {
  const { sentinel } = settings;
  if (sentinel !== undefined) return new Redis(sentinelOptions(settings, sentinel));
  if (!settings.cluster) return new Redis(clientOptions(settings));
  const { nodes, options } = clusterOptions(settings);
  return new Cluster(nodes, options);
}
