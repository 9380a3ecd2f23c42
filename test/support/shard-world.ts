import type { Policy } from '../../src/decide/policy.ts';
import { shardOf } from '../../src/kernel/shard-of.ts';
import { createMemoryBroker, type MemoryBroker } from '../../src/memory/memory-broker.ts';
import type { MemoryLog } from '../../src/memory/memory-log.ts';
import { MemoryStateStore } from '../../src/memory/memory-state-store.ts';
import type { LogRecord, OutputRecord, TopicOffset } from '../../src/model/record.ts';
import { createCustomerKey } from '../../src/records/customer-key.ts';
import { inputSchema } from '../../src/records/input.ts';
import { createRecordReader } from '../../src/records/record-reader.ts';
import { createSchemaSource } from '../../src/records/schema-source.ts';
import { isViewField } from '../../src/shard/changelog-keys.ts';
import type { ShardDeps } from '../../src/shard/deps.ts';
import { Governor } from '../../src/shard/governor.ts';
import type { Log } from '../../src/shard/log.ts';
import type { ShardObserver } from '../../src/shard/observer.ts';
import type { ShardSettings } from '../../src/shard/settings.ts';
import type { StateStore } from '../../src/shard/state-store.ts';

export const SHARDS = 3;
/** The customer key of a world. */
export const KEY = Buffer.alloc(32, 7);

export const SETTINGS: ShardSettings = {
  inputs: [
    { topic: 'requested', kind: 'outbound', start: 'earliest' },
    { topic: 'interactions', kind: 'interaction', start: 'earliest' },
  ],
  topics: {
    changelog: 'state',
    reroutedInteractions: 'rerouted-interactions',
    reroutedOutbound: 'rerouted-outbound',
    cleared: 'cleared',
    clearedByChannel: new Map(),
    suppressed: 'suppressed',
    deadLetter: 'dead-letter',
  },
  service: 'tact',
  freshnessMaxAge: 5_000,
  turnRecordsMax: 100,
  requestBytesMax: 900_000,
  recordBytesMax: 1_000_000,
  deferralsMax: 1_000,
  fetchWait: 20,
  clockTolerance: 60_000,
  fenceTimeout: 2_000,
  fenceInterval: 3_600_000,
  deleteRetention: 7 * 86_400_000,
};

/** What the observer of a process was told, in order. */
export type Told = { readonly call: keyof ShardObserver; readonly args: readonly unknown[] };

export interface WorldProcess {
  readonly governor: Governor;
  readonly log: MemoryLog;
  readonly told: Told[];
  readonly failures: Error[];
}

/** One broker and one store in memory, any number of processes, and what a test wants to know of them. */
export class ShardWorld {
  readonly broker: MemoryBroker;
  readonly store = new MemoryStateStore();
  readonly settings: ShardSettings;
  now: number | undefined;
  #processes: WorldProcess[] = [];
  readonly #crashed = new Set<MemoryLog>();
  #nonces = 0;

  /** `stamped`: the topics whose records bear the broker's time. */
  constructor(settings: Partial<ShardSettings> = {}, { stamped = ['state'] } = {}) {
    this.settings = { ...SETTINGS, ...settings };
    const own = [
      'state',
      'rerouted-interactions',
      'rerouted-outbound',
      'cleared',
      'suppressed',
      'dead-letter',
    ];
    this.broker = createMemoryBroker({
      stamped,
      topics: { requested: 5, interactions: 4, ...Object.fromEntries(own.map((topic) => [topic, SHARDS])) },
    });
  }

  /** Starts a process; `wrap` may put something between the shards and the adapters. */
  async start(
    policy: Policy,
    wrap: {
      log?: (log: MemoryLog) => Log;
      store?: (store: StateStore) => StateStore;
      key?: Buffer;
      inputs?: ShardSettings['inputs'];
      settings?: Partial<ShardSettings>;
    } = {},
  ): Promise<WorldProcess> {
    const settings = { ...this.settings, ...wrap.settings, ...(wrap.inputs && { inputs: wrap.inputs }) };
    const log = this.broker.createLog({ applicationId: 'tact', groupId: 'tact', shards: SHARDS });
    const told: Told[] = [];
    const failures: Error[] = [];
    const deps: ShardDeps = {
      log: wrap.log?.(log) ?? log,
      store: wrap.store?.(this.store) ?? this.store,
      reader: createRecordReader({
        inputs: settings.inputs.map(({ topic, kind }) => inputSchema.parse({ topic, kind })),
        schemaSource: createSchemaSource(),
        reroutedTopics: ['rerouted-interactions', 'rerouted-outbound'],
      }),
      observer: recordingObserver(told),
      settings,
      outputFormat: 'json',
      policy: () => policy,
      customerKey: createCustomerKey(wrap.key ?? KEY),
      wallClock: () => this.now ?? Date.now(),
      monotonic: () => performance.now(),
      nonce: () => `nonce-${++this.#nonces}`,
      wait: (_, signal) => this.#tick(signal),
    };
    const governor = new Governor(deps, {
      onFailed: (error) => void failures.push(error),
      onMembership: () => {},
    });
    const process = { governor, log, told, failures };
    this.#processes.push(process);
    await governor.start();
    return process;
  }

  /** Backing off takes a moment only, in a test. */
  async #tick(signal: AbortSignal): Promise<void> {
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async stop(): Promise<void> {
    const alive = this.#processes.filter(({ log }) => !this.#crashed.has(log));
    await Promise.all(alive.map(({ governor }) => governor.stop().catch(() => undefined)));
  }

  /** Ends the process as SIGKILL would. */
  crash({ log }: WorldProcess): void {
    this.#crashed.add(log);
    log.crash();
  }

  /** Appends a JSON value to an input; by default to the partition that does NOT belong to the customer's shard. */
  append(
    topic: string,
    value: { customerId: string } & Record<string, unknown>,
    partition?: number,
  ): TopicOffset {
    const home = shardOf(value.customerId, SHARDS);
    const place = partition ?? (home + 1) % SHARDS;
    const offset = this.broker.append(topic, place, record(JSON.stringify(value), value.customerId));
    return { topic, partition: place, offset };
  }

  appendRaw(topic: string, partition: number, value: Buffer | null): TopicOffset {
    return { topic, partition, offset: this.broker.append(topic, partition, record(value, null)) };
  }

  /** Committed records of all partitions. */
  read(topic: string): LogRecord[] {
    return Array.from({ length: SHARDS }, (_, partition) => this.broker.read(topic, partition)).flat();
  }

  /** Every input's outcomes by `tact-source`, such as `cleared` or `suppressed`. */
  outcomes(): Map<string, string[]> {
    const outcomes = new Map<string, string[]>();
    for (const topic of ['cleared', 'suppressed', 'dead-letter']) {
      for (const each of this.read(topic)) {
        const source = header(each, 'tact-source');
        outcomes.set(source, [...(outcomes.get(source) ?? []), topic]);
      }
    }
    return outcomes;
  }

  /** The changelog's fold of a shard, field by field. */
  foldOf(shard: number): Map<string, string> {
    const fold = new Map<string, string>();
    for (const { key, value } of this.broker.read('state', shard)) {
      const field = key?.toString() ?? '';
      if (!isViewField(field)) continue;
      if (value === null) fold.delete(field);
      else fold.set(field, value.toString('base64'));
    }
    return fold;
  }

  /** What the store holds of a shard, field by field. */
  async viewOf(shard: number): Promise<Map<string, string>> {
    const view = new Map<string, string>();
    for await (const [field, value] of this.store.entries(shard)) view.set(field, value.toString('base64'));
    return view;
  }
}

export function header(record: LogRecord, name: string): string {
  return record.headers.find((each) => each.name === name)?.value?.toString() ?? '';
}

/** Waits until the condition holds; fails with what was waited for after ten seconds. */
export async function until(waitedFor: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${waitedFor}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

function record(value: Buffer | string | null, key: string | null): OutputRecord {
  return {
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers: [{ name: 'traceparent', value: Buffer.from('00-1-2-3') }],
    timestamp: Date.now(),
  };
}

function recordingObserver(told: Told[]): ShardObserver {
  const tell =
    (call: keyof ShardObserver) =>
    (...args: unknown[]) => {
      told.push({ call, args });
    };
  return {
    stateChanged: tell('stateChanged'),
    acquireStarted: tell('acquireStarted'),
    acquired: tell('acquired'),
    watermarkMismatch: tell('watermarkMismatch'),
    turnFinished: tell('turnFinished'),
    transaction: tell('transaction'),
    lag: tell('lag'),
    deferred: tell('deferred'),
    note: tell('note'),
  };
}
