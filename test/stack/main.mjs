// `npm run stack`: Kafka and Redis on their usual ports, with Tact's topics, until Ctrl-C.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { portAnswers } from './children.mjs';
import { startStack } from './stack.mjs';

const USAGE = `usage: npm run stack -- [--kafka-port 9092] [--redis-port 6379] [--without-topics]
`;

const say = (line) => process.stderr.write(`${line}\n`);

async function main() {
  const options = readOptions();
  if (!options) return 2;
  const leaving = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, resolve);
  });
  const busy = await takenPorts(options);
  if (busy.length > 0) {
    for (const line of busy) say(line);
    return 6;
  }
  const starting = startStack({
    kafka: { port: options.kafka },
    redis: { port: options.redis },
    log: (line) => say(`stack: ${line}`),
  });
  const stack = await Promise.race([starting, leaving.then(() => undefined)]);
  if (!stack) return 0;
  if (options.topics) createTopics(stack);
  say(nextSteps(stack));
  await leaving;
  say('stack: stopping');
  await stack.stop();
  return 0;
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        'kafka-port': { type: 'string', default: '9092' },
        'redis-port': { type: 'string', default: '6379' },
        'without-topics': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const [kafka, redis] = [Number(values['kafka-port']), Number(values['redis-port'])];
    const wrong = [kafka, redis].find((port) => !Number.isInteger(port) || port < 1 || port > 65_535);
    if (wrong === undefined && !values.help) return { kafka, redis, topics: !values['without-topics'] };
    say(values.help ? USAGE : `a port is a whole number from 1 to 65535\n${USAGE}`);
  } catch (error) {
    say(`${error.message}\n${USAGE}`);
  }
  return undefined;
}

async function takenPorts({ kafka, redis }) {
  const wanted = [
    [kafka, 'Kafka', 'TACT_KAFKA_BROKERS', '--kafka-port'],
    [redis, 'Redis', 'TACT_REDIS_URL', '--redis-port'],
  ].filter(([, , variable]) => !process.env[variable]);
  const lines = [];
  for (const [port, what, , flag] of wanted) {
    if (await portAnswers(port)) {
      lines.push(
        `port ${port}, wanted for ${what}, is taken: stop what listens there, or choose another with ${flag}`,
      );
    }
  }
  return lines;
}

/** Not fatal: the stack is useful without topics, and the command line says itself what went wrong. */
function createTopics({ kafka, redis }) {
  const tact = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
  if (!existsSync(tact)) {
    say(
      'stack: no topics created, dist/main.js is not built: run `npm run build`, then `npx tact topics create`',
    );
    return;
  }
  const env = {
    ...process.env,
    TACT_KAFKA_BROKERS: kafka,
    TACT_REDIS_URL: redis,
  };
  const { status } = spawnSync(process.execPath, [tact, 'topics', 'create'], {
    env,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) say(`stack: \`npx tact topics create\` ended with ${status}`);
}

function nextSteps({ kafka, redis }) {
  return `
Kafka is at ${kafka}, Redis at ${redis}. In another terminal:

  export TACT_KAFKA_BROKERS=${kafka} TACT_REDIS_URL=${redis}
  export TACT_POLICY_FILE=deploy/policies/retail-eu.yaml
  npx tact run              # governs until Ctrl-C
  npx tact produce --generate 20000
  npx tact tail cleared     # what may go out
  npx tact status           # shards, owners, lag

Ctrl-C stops both; nothing is kept.`;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    say(`stack: ${error.message}`);
    process.exit(6);
  },
);
