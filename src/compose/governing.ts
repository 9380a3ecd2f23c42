import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Governing, GovernStart } from '../cli/abilities.ts';
import type { Config } from '../config/config.ts';
import type { Policy } from '../decide/policy.ts';
import { startHttpServer } from '../http/http-server.ts';
import type { Routes } from '../http/routes.ts';
import { createKafkaLog, type KafkaLog } from '../kafka/kafka-log.ts';
import { TactError } from '../kernel/errors.ts';
import { judgeLive, judgeReady } from '../observe/health.ts';
import { kafkaLog } from '../observe/kafka-log.ts';
import { createLogger, type Logger } from '../observe/logger.ts';
import { createMetrics, type Metrics } from '../observe/metrics.ts';
import { observeStore } from '../observe/observed-store.ts';
import { tellAll } from '../observe/observers.ts';
import { encodeProcessStatus, type ProcessStatus, processStatus } from '../observe/process-status.ts';
import { createShardBoard, type ShardBoard } from '../observe/shard-board.ts';
import { shardLog } from '../observe/shard-log.ts';
import { RedisProcessBoard } from '../redis/process-board.ts';
import { RedisStateStore } from '../redis/redis-state-store.ts';
import type { ShardDeps } from '../shard/deps.ts';
import { Governor } from '../shard/governor.ts';
import { subscribedTopics } from '../shard/layout.ts';
import { pause } from './pause.ts';
import { PolicyWatch } from './policy-watch.ts';
import {
  configuredCustomerKey,
  configuredReader,
  kafkaSettings,
  redisSettings,
  shardSettings,
} from './settings.ts';
import { VERSION } from './version.ts';

/** How often a process says how it is, and for how long that holds. */
const PUBLISH_INTERVAL = 2_000;
const PUBLISHED_FOR = 10_000;

/** Everything that watches; none of it can change a decision. */
interface Watchers {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly board: ShardBoard;
}

/** Runs one process of Tact until it is stopped or cannot go on. */
export async function govern(config: Config, start: GovernStart): Promise<Governing> {
  const settings = shardSettings(config);
  const topics = subscribedTopics(settings);
  const logger = createLogger({ level: config.log.level, version: VERSION });
  const watchers = {
    logger,
    metrics: createMetrics({ version: VERSION, topics }),
    board: createShardBoard(),
  };
  const policy = await watchPolicy(config, watchers);
  const closing: (() => Promise<void>)[] = [async () => policy.stop()];
  const process = new GoverningProcess(config, watchers, policy);
  try {
    // Before anything is connected to, so that the probes tell a slow start from a dead process.
    await process.listen(closing);
    const store = new RedisStateStore(redisSettings(config));
    closing.push(() => store.close());
    const deadline = AbortSignal.any([start.signal, AbortSignal.timeout(start.within)]);
    const { warnings } = await answered(deadline, () => store.checkServer());
    for (const warning of warnings) logger.event('config-warning', { warning });
    const changelog = config.topics.changelog;
    const log = await answered(deadline, () =>
      createKafkaLog(kafkaSettings(config), { subscribe: topics, changelog }, kafkaLog(logger)),
    );
    closing.push(() => log.leave());
    await checkShards(config, log);
    const governor = new Governor(
      {
        log,
        store: observeStore(store, watchers.metrics),
        reader: configuredReader(config),
        observer: tellAll(watchers.metrics, watchers.board, shardLog(logger)),
        settings,
        outputFormat: config.outputs.format,
        policy: () => policy.current,
        customerKey: configuredCustomerKey(config),
        wallClock: Date.now,
        nonce: () => randomBytes(16).toString('hex'),
        wait: pause,
      } satisfies ShardDeps,
      (error) => process.fail(error),
    );
    return await process.start(governor, closing);
  } catch (error) {
    for (const close of closing.reverse()) await close().catch(() => undefined);
    throw error;
  }
}

function watchPolicy(config: Config, { logger, metrics }: Watchers): Promise<PolicyWatch> {
  return PolicyWatch.start({
    file: config.policy.file,
    interval: config.policy.reloadIntervalMs,
    onLoaded(policy) {
      metrics.policyLoaded(inForce(policy), Date.now());
      logger.event('policy-loaded', { policy: `${policy.name}@${policy.digest}`, enforce: policy.enforce });
    },
    onRefused(problems) {
      metrics.policyRefused();
      logger.event('policy-refused', { problems });
    },
  });
}

function inForce({ name, digest, enforce, channels }: Policy) {
  return { name, digest, enforce, channels: [...new Set(Object.values(channels))] };
}

/** Tries again until it is answered; what cannot be reached is named in what is thrown at the deadline. */
async function answered<T>(deadline: AbortSignal, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const mayPass = error instanceof TactError && error.retryable;
      if (!mayPass || deadline.aborted) throw error;
      await pause(500, deadline);
    }
  }
}

async function checkShards({ topics, shards }: Config, log: KafkaLog): Promise<void> {
  const found = (await log.partitionCounts([topics.changelog])).get(topics.changelog);
  if (found === shards) return;
  throw new TactError(
    'invalid-config',
    `shards is ${shards}, and the changelog ${topics.changelog} has ${found} partitions; they must be equal, and never change under live state`,
  );
}

/** The life of the process round its governor: probes, status, and one end. */
class GoverningProcess {
  readonly #config: Config;
  readonly #watchers: Watchers;
  readonly #policy: PolicyWatch;
  readonly #startedAt = Date.now();
  readonly #instance = `${hostname()}-${process.pid}`;
  readonly #stopped: Promise<void>;
  #end: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #address = '';
  #draining = false;
  #joined = false;
  #stopping: Promise<void> | undefined;

  constructor(config: Config, watchers: Watchers, policy: PolicyWatch) {
    this.#config = config;
    this.#watchers = watchers;
    this.#policy = policy;
    this.#stopped = new Promise((resolve, reject) => {
      this.#end = { resolve, reject };
    });
    // Whoever waits for it gets the rejection; until then it is no unhandled one.
    this.#stopped.catch(() => undefined);
  }

  async listen(closing: (() => Promise<void>)[]): Promise<void> {
    const { host, port } = this.#config.http;
    const server = await startHttpServer({ host, port, routes: this.#routes() });
    closing.push(() => server.stop());
    this.#address = `http://${server.host}:${server.port}`;
    this.#watchers.logger.event('http-listening', { host: server.host, port: server.port });
  }

  async start(governor: Governor, closing: (() => Promise<void>)[]): Promise<Governing> {
    await governor.start();
    this.#joined = true;
    this.#watchers.logger.event('started', { instance: this.#instance });
    closing.push(this.#publishing());
    return {
      address: this.#address,
      stopped: this.#stopped,
      stop: () => {
        this.#stopping ??= this.#stop(governor, closing);
        return this.#stopping;
      },
    };
  }

  fail(error: Error): void {
    this.#draining = true;
    this.#watchers.logger.event('failed', { err: error });
    this.#end?.reject(error);
  }

  async #stop(governor: Governor, closing: (() => Promise<void>)[]): Promise<void> {
    this.#draining = true;
    this.#watchers.logger.event('stopping');
    await governor.stop();
    for (const close of closing.reverse()) await close().catch(() => undefined);
    this.#watchers.logger.event('stopped');
    this.#end?.resolve();
  }

  /** Publishes the status from now on; the returned function ends that. */
  #publishing(): () => Promise<void> {
    const board = new RedisProcessBoard(redisSettings(this.#config));
    let wasPublished = true;
    const publish = async () => {
      try {
        await board.publish(this.#instance, encodeProcessStatus(this.#status()), PUBLISHED_FOR);
        wasPublished = true;
      } catch (error) {
        if (wasPublished) this.#watchers.logger.event('status-unpublished', { err: error });
        wasPublished = false;
      }
    };
    void publish();
    const timer = setInterval(() => void publish(), PUBLISH_INTERVAL);
    return async () => {
      clearInterval(timer);
      await board.withdraw(this.#instance).catch(() => undefined);
      await board.close();
    };
  }

  #routes(): Routes {
    return {
      live: () => judgeLive(this.#facts()),
      ready: () => judgeReady(this.#facts()),
      metrics: () => this.#watchers.metrics.render(),
      status: () => this.#status(),
    };
  }

  #facts() {
    return {
      now: Date.now(),
      policyLoaded: true,
      joinedOnce: this.#joined,
      draining: this.#draining,
      shards: this.#watchers.board.shards(),
    };
  }

  #status(): ProcessStatus {
    const { name, digest, enforce } = this.#policy.current;
    return processStatus(
      {
        instance: this.#instance,
        host: hostname(),
        startedAt: this.#startedAt,
        at: Date.now(),
        policy: { name, digest, enforce },
      },
      this.#watchers.board.shards(),
    );
  }
}
