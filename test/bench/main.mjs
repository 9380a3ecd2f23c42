// node test/bench/main.mjs [--messages 200000] [--runs 3] [--json]
import { parseArgs } from 'node:util';
import { build, mainOf } from '../fault/build-copy.mjs';
import { createTopics } from '../fault/create-topics.mjs';
import { temporaryFolder } from '../stack/children.mjs';
import { startKafka, startRedis } from '../stack/stack.mjs';
import { preload, writeSchema } from './preload.mjs';
import { renderSummary, summarise } from './summary.mjs';
import { governed, passThrough } from './variants.mjs';

const PARTITIONS = 4;
const WARM_UP = 0.25;
const INPUT = 'bench.requested';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '200000' },
    runs: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const say = (line) => process.stderr.write(`${line}\n`);

const folder = temporaryFolder('tact-bench-');
const built = temporaryFolder('tact-build-');
build(built);
writeSchema(folder);
const [kafka, redis] = await Promise.all([startKafka({ log: say }), startRedis({ log: say })]);
try {
  const messages = Number(values.messages);
  say(`${messages} messages onto ${PARTITIONS} partitions`);
  await createTopics(kafka.address, [{ topic: INPUT, numPartitions: PARTITIONS, replicationFactor: 1 }]);
  await preload({ kafka: kafka.address, topic: INPUT, messages });
  const bench = {
    kafka: kafka.address,
    brokerPid: kafka.pid,
    redis,
    input: INPUT,
    partitions: PARTITIONS,
    messages,
    warmUp: messages * WARM_UP,
    folder,
    program: mainOf(built),
  };
  const runs = { passThrough: [], tact: [] };
  for (let i = 1; i <= Number(values.runs); i++) {
    runs.passThrough.push(await passThrough(bench, `pass-through-${i}`));
    runs.tact.push(await governed(bench, `tact-${i}`));
    const [plain, tact] = [runs.passThrough.at(-1), runs.tact.at(-1)].map(({ perSecond }) =>
      Math.round(perSecond),
    );
    say(`run ${i}: pass-through ${plain}, Tact ${tact} messages/s`);
  }
  const summary = { messages, runs, clearedShare: runs.tact.at(-1).clearedShare, ...summarise(runs) };
  if (values.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  else {
    const share = `${Math.round(summary.clearedShare * 100)} % cleared by Tact, the rest suppressed with its reason`;
    process.stdout.write(
      `${renderSummary(summary)}\n${share}; median [min..max] of ${values.runs} interleaved runs\n`,
    );
  }
} finally {
  await Promise.all([kafka.stop(), redis.stop()]);
}
