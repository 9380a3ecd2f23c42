import { randomBytes } from 'node:crypto';
import type { Governing, GovernStart } from '../cli/abilities.ts';
import type { Config } from '../config/config.ts';
import type { Policy } from '../decide/policy.ts';
import { createKafkaLog, type KafkaLog } from '../kafka/kafka-log.ts';
import { TactError } from '../kernel/errors.ts';
import { kafkaLog } from '../observe/kafka-log.ts';
import { createLogger } from '../observe/logger.ts';
import { createMetrics } from '../observe/metrics.ts';
import { observeStore } from '../observe/observed-store.ts';
import { tellAll } from '../observe/observers.ts';
import { createShardBoard } from '../observe/shard-board.ts';
import { shardLog } from '../observe/shard-log.ts';
import { RedisStateStore } from '../redis/redis-state-store.ts';
import { Governor } from '../shard/governor.ts';
import { subscribedTopics } from '../shard/layout.ts';
import { underControl } from './control.ts';
import { ControlWatch } from './control-watch.ts';
import { GoverningProcess, type Watchers } from './governing-process.ts';
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

/** Runs one process of Tact until it is stopped or cannot go on. */
export async function govern(config: Config, start: GovernStart): Promise<Governing> {
  const topics = subscribedTopics(shardSettings(config));
  const watchers = {
    logger: createLogger({ level: config.log.level, version: VERSION }),
    metrics: createMetrics({ version: VERSION, topics }),
    board: createShardBoard(),
  };
  const policy = await watchPolicy(config, watchers);
  const process = new GoverningProcess(config, watchers, policy);
  try {
    // Before anything is connected to, so that the probes tell a slow start from a dead process.
    await process.listen();
    const deadline = deadlineOf(start);
    const store = await openStore(config, process, watchers, deadline);
    const log = await openLog(config, process, watchers, deadline);
    const control = await watchControl(config, process, watchers, deadline);
    const governor = createGovernor(config, { log, store, policy, control, watchers, process });
    return await process.run(governor, deadline);
  } catch (error) {
    await process.end();
    throw error;
  }
}

async function openStore(
  config: Config,
  process: GoverningProcess,
  { logger }: Watchers,
  deadline: AbortSignal,
): Promise<RedisStateStore> {
  const store = new RedisStateStore(redisSettings(config));
  process.closes(() => store.close());
  const { warnings } = await answered(deadline, () => store.checkServer());
  for (const warning of warnings) logger.event('config-warning', { warning });
  return store;
}

async function openLog(
  config: Config,
  process: GoverningProcess,
  { logger }: Watchers,
  deadline: AbortSignal,
): Promise<KafkaLog> {
  const topics = { subscribe: subscribedTopics(shardSettings(config)), changelog: config.topics.changelog };
  const log = await answered(deadline, () => createKafkaLog(kafkaSettings(config), topics, kafkaLog(logger)));
  process.closes(() => log.leave());
  await checkShards(config, log);
  return log;
}

/** A log of its own, so that nothing that shards read can keep a stop waiting. */
async function watchControl(
  config: Config,
  process: GoverningProcess,
  { logger, metrics }: Watchers,
  deadline: AbortSignal,
): Promise<ControlWatch> {
  const { control: topic, changelog } = config.topics;
  const topics = { subscribe: [topic], changelog };
  const log = await answered(deadline, () => createKafkaLog(kafkaSettings(config), topics, kafkaLog(logger)));
  process.closes(() => log.leave());
  const watch = await answered(deadline, () =>
    ControlWatch.start(log, topic, {
      onChanged(control) {
        metrics.controlChanged(control);
        process.controlChanged(control);
        logger.event('control-changed', { version: control.version, stops: control.stops });
      },
      onUnreadable: (offset) => logger.event('control-unreadable', { topic, offset }),
      onFailed: (error) => logger.event('control-unreached', { topic, err: error }),
    }),
  );
  process.closes(() => watch.stop());
  return watch;
}

interface Parts {
  readonly log: KafkaLog;
  readonly store: RedisStateStore;
  readonly policy: PolicyWatch;
  readonly control: ControlWatch;
  readonly watchers: Watchers;
  readonly process: GoverningProcess;
}

function createGovernor(config: Config, { log, store, policy, control, watchers, process }: Parts): Governor {
  const { metrics, board, logger } = watchers;
  return new Governor(
    {
      log,
      store: observeStore(store, metrics),
      reader: configuredReader(config),
      observer: tellAll(metrics, board, shardLog(logger)),
      settings: shardSettings(config),
      outputFormat: config.outputs.format,
      policy: underControl(
        () => policy.current,
        () => control.current,
      ),
      customerKey: configuredCustomerKey(config),
      wallClock: Date.now,
      monotonic: () => performance.now(),
      nonce: () => randomBytes(16).toString('hex'),
      wait: pause,
    },
    process,
  );
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

/** Held by its timer: one made of `AbortSignal.any` and `timeout` may be collected before its time, and then never comes. */
function deadlineOf({ signal, within }: GovernStart): AbortSignal {
  const over = new AbortController();
  const end = () => over.abort();
  setTimeout(end, within).unref();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  return over.signal;
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
