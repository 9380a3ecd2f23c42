import { randomBytes } from 'node:crypto';
import type { EmbeddedInput, EmbeddedRecord, EmbeddedRun } from '../cli/abilities.ts';
import { shardOf } from '../kernel/shard-of.ts';
import { DAY, type Duration, type Instant } from '../kernel/time.ts';
import { createMemoryBroker, type MemoryBroker } from '../memory/memory-broker.ts';
import { MemoryStateStore } from '../memory/memory-state-store.ts';
import { WAIT_MAX } from '../model/customer-state.ts';
import { createCustomerKey } from '../records/customer-key.ts';
import { inputSchema } from '../records/input.ts';
import { createRecordReader } from '../records/record-reader.ts';
import { createSchemaSource } from '../records/schema-source.ts';
import { Governor } from '../shard/governor.ts';
import { Outcomes } from './embedded-outcomes.ts';
import { CHANGELOG, EMBEDDED_SHARDS, EMBEDDED_TOPICS, embeddedSettings } from './embedded-settings.ts';
import { Settled } from './embedded-settled.ts';
import { stepsOf } from './embedded-steps.ts';
import { EmbeddedTime } from './embedded-time.ts';
import { pause } from './pause.ts';

/** After the last record time runs on for so long at most: by then every wait is over. */
const RUN_ON: Duration = WAIT_MAX + DAY;

/** The whole of Tact on the memory adapters: the same shard code, on the traffic's own time. */
export async function runEmbedded(run: EmbeddedRun): Promise<void> {
  const topics = [...run.inputs.map(({ topic }) => topic), ...EMBEDDED_TOPICS];
  const time = new EmbeddedTime();
  const broker = createMemoryBroker({
    topics: Object.fromEntries(topics.map((topic) => [topic, EMBEDDED_SHARDS])),
    scheduler: time,
    stamped: [CHANGELOG],
    clock: () => time.now,
  });
  const settled = new Settled();
  const governor = createGovernor(run, broker, settled, () => time.now);
  const outcomes = new Outcomes(broker, run);
  const release = async (until: Instant) => {
    while (settled.nextDueAt <= until) {
      time.reach(settled.nextDueAt);
      await settled.released(time.now, time.wake);
      outcomes.tell();
    }
  };
  let started = false;
  for (const step of stepsOf(run.records, run.inputs, () => settled.nextDueAt)) {
    await release(step.from);
    time.reach(step.at);
    if (!started) await governor.start();
    started = true;
    settled.expect(step.records.length);
    for (const record of step.records) append(broker, record);
    await settled.all();
    outcomes.tell();
  }
  await release(time.now + RUN_ON);
  if (started) await governor.stop();
}

function createGovernor(
  run: EmbeddedRun,
  broker: MemoryBroker,
  settled: Settled,
  wallClock: () => Instant,
): Governor {
  const settings = embeddedSettings(
    run.inputs.map(({ topic, kind }) => ({ topic, kind, start: 'earliest' })),
  );
  const { reroutedInteractions, reroutedOutbound } = settings.topics;
  const inputs = run.inputs.map(parseInput);
  return new Governor(
    {
      log: broker.createLog({ applicationId: 'tact', groupId: 'tact', shards: EMBEDDED_SHARDS }),
      store: new MemoryStateStore(),
      reader: createRecordReader({
        inputs,
        schemaSource: createSchemaSource({ inputs }),
        reroutedTopics: [reroutedInteractions, reroutedOutbound],
      }),
      observer: settled,
      settings,
      outputFormat: 'json',
      policy: () => run.policy,
      customerKey: createCustomerKey(randomBytes(32)),
      wallClock,
      // Its time is the traffic's, and that never leaps.
      monotonic: wallClock,
      nonce: () => randomBytes(16).toString('hex'),
      wait: pause,
    },
    settled,
  );
}

function parseInput({ topic, kind, governed }: EmbeddedInput) {
  return inputSchema.parse({ topic, kind, governed });
}

function append(broker: MemoryBroker, { at, topic, key, value }: EmbeddedRecord): void {
  broker.append(topic, shardOf(key ?? '', EMBEDDED_SHARDS), {
    key: key === null ? null : Buffer.from(key),
    value: Buffer.from(value),
    headers: [],
    timestamp: at,
  });
}
