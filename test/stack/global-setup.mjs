import { startStack } from './stack.mjs';

/**
 * One Kafka and one Redis for the whole run of the project `real`; tests read the addresses with `inject('kafka')` and
 * `inject('redis')`, child processes of tests from the environment.
 * @param {import('vitest/node').TestProject} project
 */
export async function setup(project) {
  const stack = await startStack({
    log: (line) => process.stderr.write(`stack: ${line}\n`),
  });
  project.provide('kafka', stack.kafka);
  project.provide('redis', stack.redis);
  process.env.TACT_KAFKA_BROKERS = stack.kafka;
  process.env.TACT_REDIS_URL = stack.redis;
  return () => stack.stop();
}
