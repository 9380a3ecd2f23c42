import { randomBytes } from 'node:crypto';
import type { EmbeddedInput, EmbeddedRecord, EmbeddedRun } from '../cli/abilities.ts';
import { shardOf } from '../kernel/shard-of.ts';
import { type Duration, type Instant, MINUTE } from '../kernel/time.ts';
import { createMemoryBroker, type MemoryBroker } from '../memory/memory-broker.ts';
import { MemoryStateStore } from '../memory/memory-state-store.ts';
import type { Decision } from '../model/decision.ts';
import type { OutboundMessage } from '../model/message.ts';
import { createCustomerKey } from '../records/customer-key.ts';
import { inputSchema } from '../records/input.ts';
import { createRecordReader } from '../records/record-reader.ts';
import { createSchemaSource } from '../records/schema-source.ts';
import { Governor } from '../shard/governor.ts';
import type { ShardObserver } from '../shard/observer.ts';
import {
  DEAD_LETTER_TOPIC,
  DECIDED_TOPIC,
  EMBEDDED_SHARDS,
  EMBEDDED_TOPICS,
  embeddedSettings,
} from './embedded-settings.ts';
import { pause } from './pause.ts';

/** Messages are decided at one reading of the clock that are no further apart than this. */
const STEP: Duration = MINUTE;
/** Records that hold no message may come in one step, however far apart they are; so many at most. */
const STEP_RECORDS_MAX = 5_000;

/** The whole of Tact on the memory adapters: the same shard code, on the traffic's own time. */
export async function runEmbedded(run: EmbeddedRun): Promise<void> {
  const topics = [...run.inputs.map(({ topic }) => topic), ...EMBEDDED_TOPICS];
  const broker = createMemoryBroker({
    topics: Object.fromEntries(topics.map((topic) => [topic, EMBEDDED_SHARDS])),
  });
  const settled = new Settled();
  const clock = { now: 0 };
  const governor = createGovernor(run, broker, settled, () => clock.now);
  const outcomes = new Outcomes(broker, run);
  const kinds = new Map(run.inputs.map(({ topic, kind }) => [topic, kind]));
  let started = false;
  for (const step of steps(run.records, kinds)) {
    clock.now = Math.max(clock.now, step.at);
    if (!started) await governor.start();
    started = true;
    settled.expect(step.records.length);
    for (const record of step.records) append(broker, record);
    await settled.all();
    outcomes.tell();
  }
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

interface Step {
  readonly at: Instant;
  readonly records: readonly EmbeddedRecord[];
}

/**
 * Records that are decided at one reading of the clock: within one step of each other, or without a message among them. What
 * answers a message comes in a later step than the message, since interactions are folded first.
 */
function* steps(
  records: Iterable<EmbeddedRecord>,
  kinds: ReadonlyMap<string, EmbeddedInput['kind']>,
): Generator<Step> {
  let step: EmbeddedRecord[] = [];
  const asked = new Set<string | null>();
  for (const record of records) {
    const isMessage = kinds.get(record.topic) === 'outbound';
    const isLater = record.at - (step[0]?.at ?? record.at) >= STEP;
    const isAnswer = !isMessage && asked.has(record.key);
    if ((isLater && (asked.size > 0 || isMessage)) || isAnswer || step.length >= STEP_RECORDS_MAX) {
      yield stepOf(step);
      step = [];
      asked.clear();
    }
    step.push(record);
    if (isMessage) asked.add(record.key);
  }
  if (step.length > 0) yield stepOf(step);
}

function stepOf(records: readonly EmbeddedRecord[]): Step {
  return { at: (records.at(-1) as EmbeddedRecord).at, records };
}

/** Knows when every record that went in has its outcome. */
class Settled implements ShardObserver {
  #open = 0;
  #done: (() => void) | undefined;
  #fail: ((error: Error) => void) | undefined;
  #error: Error | undefined;

  expect(records: number): void {
    this.#open += records;
  }

  all(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#fail = reject;
      this.#look();
    });
  }

  onMembership(): void {}

  onFailed(error: Error): void {
    this.#error = error;
    this.#look();
  }

  turnFinished(_shard: number, { records, rerouted }: { records: number; rerouted: number }): void {
    this.#open -= records - rerouted;
    this.#look();
  }

  #look(): void {
    if (this.#error) this.#fail?.(this.#error);
    else if (this.#open === 0) this.#done?.();
  }

  note(level: 'info' | 'warn' | 'error', event: string, fields: Record<string, unknown>): void {
    // Nothing can go wrong in memory; if it does, it is a bug, and waiting would hide it.
    if (level !== 'info') this.onFailed(new Error(`${event}: ${JSON.stringify(fields)}`));
  }

  stateChanged(): void {}
  acquireStarted(): void {}
  acquired(): void {}
  watermarkMismatch(): void {}
  transaction(): void {}
  lag(): void {}
}

/** Reads what the run published and tells it. */
class Outcomes {
  readonly #broker: MemoryBroker;
  readonly #run: EmbeddedRun;
  readonly #next = new Map<string, number>();

  constructor(broker: MemoryBroker, run: EmbeddedRun) {
    this.#broker = broker;
    this.#run = run;
  }

  tell(): void {
    for (let partition = 0; partition < EMBEDDED_SHARDS; partition++) {
      for (const { value } of this.#read(DECIDED_TOPIC, partition)) {
        const decided = JSON.parse(String(value)) as Decision & { message: OutboundMessage };
        this.#run.onDecided(decided.message, decided);
      }
      for (const { headers } of this.#read(DEAD_LETTER_TOPIC, partition)) {
        const header = (name: string) => headers.find((each) => each.name === name)?.value?.toString() ?? '';
        this.#run.onDeadLetter(
          header('__connect.errors.topic'),
          header('__connect.errors.exception.class.name'),
        );
      }
    }
  }

  #read(topic: string, partition: number) {
    const key = `${topic}/${partition}`;
    const records = this.#broker.read(topic, partition, { from: this.#next.get(key) ?? 0 });
    const last = records.at(-1);
    if (last) this.#next.set(key, last.offset + 1);
    return records;
  }
}
