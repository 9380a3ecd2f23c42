import { createConnection } from 'node:net';
import { dockerAnswers } from './docker.mjs';
import { startKafka, startKafkaContainer } from './kafka.mjs';
import { startRedis, startRedisContainer } from './redis.mjs';

export { startKafka } from './kafka.mjs';
export { startRedis } from './redis.mjs';

/**
 * One Kafka and one Redis, each by the first way that works: an address in the environment, a Docker engine, processes
 * of this machine. Throws an error that names all three when none does.
 * @param {import('./stack.mjs').StackOptions} options
 * @returns {Promise<import('./stack.mjs').RunningStack>}
 */
export async function startStack({ kafka = {}, redis = {}, environment = process.env, log = () => {} } = {}) {
  const docker = environment.TACT_STACK_WITHOUT_DOCKER === undefined && dockerAnswers();
  const [broker, store] = await Promise.allSettled([
    bringUp({
      what: 'Kafka',
      variable: 'TACT_KAFKA_BROKERS',
      given: environment.TACT_KAFKA_BROKERS,
      contact: (given) => given.split(',')[0].trim(),
      attach: (given) => ({ address: given, stop: async () => {} }),
      inDocker: docker ? () => startKafkaContainer(kafka) : undefined,
      here: () => startKafka({ ...kafka, log }),
      hereNeeds: 'Java 17 and Maven',
      log,
    }),
    bringUp({
      what: 'Redis',
      variable: 'TACT_REDIS_URL',
      given: environment.TACT_REDIS_URL,
      contact: (given) => new URL(given).host,
      attach: (given) => ({ url: given, stop: async () => {} }),
      inDocker: docker ? () => startRedisContainer(redis) : undefined,
      here: () => startRedis({ ...redis, log }),
      hereNeeds: 'redis-server (installed by itself on Debian as root)',
      log,
    }),
  ]);
  const started = [broker, store].flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const stop = async () => void (await Promise.all(started.map((part) => part.stop())));
  const failure = [broker, store].find((result) => result.status === 'rejected');
  if (failure) {
    await stop();
    throw failure.reason;
  }
  return { kafka: broker.value.address, redis: store.value.url, stop };
}

async function bringUp({ what, variable, given, contact, attach, inDocker, here, hereNeeds, log }) {
  if (given) {
    if (await answers(contact(given))) {
      log(`${what}: using ${variable}`);
      return attach(given);
    }
    throw new Error(
      `${what}: nothing answers at the address in ${variable}; start it there or unset the variable`,
    );
  }
  const failures = [];
  for (const [way, start] of [
    ['Docker', inDocker],
    ['processes of this machine', here],
  ]) {
    if (!start) {
      failures.push(`${way}: no engine answers`);
      continue;
    }
    try {
      log(`${what}: starting with ${way}`);
      return await start();
    } catch (error) {
      failures.push(`${way}: ${error.message}`);
    }
  }
  throw new Error(
    `${what} cannot be had here. There are three ways: 1. set ${variable} to one that runs; ` +
      `2. start a Docker engine; 3. install ${hereNeeds}.\n${failures.join('\n')}`,
  );
}

function answers(hostAndPort) {
  const [, host, port] = /^(.*?)(?::(\d+))?$/.exec(hostAndPort);
  return new Promise((resolve) => {
    const socket = createConnection({
      host: host.replace(/[[\]]/g, ''),
      port: Number(port ?? 6379),
      timeout: 5_000,
    });
    const answer = (open) => () => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', answer(true)).once('error', answer(false)).once('timeout', answer(false));
  });
}
