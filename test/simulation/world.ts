import type { Policy } from '../../src/decide/policy.ts';
import { type Duration, MINUTE, SECOND } from '../../src/kernel/time.ts';
import { createMemoryBroker, type MemoryBroker } from '../../src/memory/memory-broker.ts';
import type { OutputRecord } from '../../src/model/record.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import { createCustomerKey } from '../../src/records/customer-key.ts';
import { inputSchema } from '../../src/records/input.ts';
import { createRecordReader } from '../../src/records/record-reader.ts';
import { createSchemaSource } from '../../src/records/schema-source.ts';
import type { ShardObserver } from '../../src/shard/observer.ts';
import type { ShardSettings } from '../../src/shard/settings.ts';
import { Random } from '../support/random.mjs';
import { KEY, SETTINGS as WORLD_SETTINGS } from '../support/shard-world.ts';
import { Clockwork } from './clockwork.ts';
import { Faults } from './faults.ts';
import { Felt } from './felt.ts';
import { Judge } from './judge.ts';
import { Ledger } from './ledger.ts';
import type { CallSide } from './network.ts';
import { POLICY } from './rules.ts';
import { ACTIVE, type Input, PARTITIONS, type Scenario } from './scenario.ts';
import { SimulatedProcess, type Surroundings } from './simulated-process.ts';
import { Violation } from './violation.ts';
import { WatchedStore } from './watched-store.ts';

/** Small turns and short times, so that much happens in little time. */
const SETTINGS: ShardSettings = {
  ...WORLD_SETTINGS,
  turnRecordsMax: 4,
  fetchWait: 2 * SECOND,
  fenceTimeout: 5 * SECOND,
  fenceInterval: 20 * SECOND,
};
const OWN_TOPICS = [
  'state',
  'rerouted-interactions',
  'rerouted-outbound',
  'cleared',
  'suppressed',
  'dead-letter',
];
/** Once the faults are over, everything is decided within so long. */
const QUIET: Duration = 5 * MINUTE;
/** Far more than any run takes: beyond, something goes round in circles. */
const STEPS_MAX = 200_000;
/** Whoever runs a process starts another when it could not join. */
const RESTART: Duration = 2 * SECOND;
const TRANSACTION_TIMEOUT: Duration = 15 * SECOND;

const policy = compiled();
const reader = createRecordReader({
  inputs: SETTINGS.inputs.map(({ topic, kind }) => inputSchema.parse({ topic, kind })),
  schemaSource: createSchemaSource(),
  reroutedTopics: ['rerouted-interactions', 'rerouted-outbound'],
});
const customerKey = createCustomerKey(KEY);

/** One simulated company: a broker, a Redis, processes that govern, platforms that write, and what goes wrong. */
export class World {
  readonly clockwork = new Clockwork();
  readonly broker: MemoryBroker;
  readonly store: WatchedStore;
  readonly felt = new Felt();
  readonly ledger: Ledger;
  readonly scenario: Scenario;
  readonly processes: SimulatedProcess[] = [];
  readonly judge: Judge;
  readonly #faults: Faults;
  readonly #random: Random;
  readonly #around: Surroundings;
  #failure: Violation | undefined;
  #nonces = 0;
  #lookedAt = 0;
  #steps = 0;

  constructor(scenario: Scenario, trace?: (line: string) => void) {
    const { shards } = scenario;
    this.scenario = scenario;
    this.#random = new Random(scenario.seed);
    this.broker = createMemoryBroker({
      topics: { ...PARTITIONS, ...Object.fromEntries(OWN_TOPICS.map((topic) => [topic, shards])) },
      scheduler: this.clockwork,
      stamped: ['state'],
      clock: () => this.clockwork.now,
      transactionTimeout: TRANSACTION_TIMEOUT,
      fetchRecordsMax: 5,
    });
    this.store = new WatchedStore(shards);
    this.ledger = new Ledger(this.broker, shards);
    this.#faults = new Faults(this, trace);
    this.judge = new Judge({
      broker: this.broker,
      store: this.store,
      ledger: this.ledger,
      shards,
      freshnessMaxAge: SETTINGS.freshnessMaxAge,
      clockTolerance: SETTINGS.clockTolerance,
      clockError: () => this.#faults.clockError,
    });
    this.#around = this.#surroundings(trace);
  }

  /** Runs to the end; throws a `Violation` at the first step after which a promise does not hold. */
  async run(): Promise<void> {
    for (let i = 0; i < this.scenario.processes; i++) this.start(i);
    for (const input of this.scenario.inputs) this.clockwork.after(input.at, () => this.#append(input));
    this.#faults.plan();
    while (!(await this.#isOver())) {
      if (!(await this.clockwork.step())) throw new Violation('I7', 'nothing happens any more');
      this.#steps += 1;
      if (this.#steps > STEPS_MAX)
        throw new Violation('I7', `no end after ${STEPS_MAX} steps, at ${this.clockwork.elapsed} ms`);
      if (this.#failure) throw this.#failure;
      const { operatorCalledFor } = this.felt;
      if (operatorCalledFor) throw new Violation('operator', `a shard holds for ${operatorCalledFor}`);
      await this.judge.step(this.clockwork.now);
    }
    this.judge.end();
  }

  /** A name that nobody has yet. */
  nonce(): string {
    this.#nonces += 1;
    return `nonce-${this.#nonces}`;
  }

  /** Starts a process in the place of this number; the one before it there is gone. */
  start(place: number): void {
    this.processes[place] = new SimulatedProcess(this.#around, place, this.#random.fork(this.nonce()));
  }

  async #isOver(): Promise<boolean> {
    const { elapsed } = this.clockwork;
    if (elapsed < ACTIVE || !this.#faults.areOver) return false;
    if (elapsed > this.#faults.endedAt + QUIET) return true;
    // A look at all of it is dear, and a second more or less does not matter.
    if (Math.floor(elapsed / SECOND) === this.#lookedAt) return false;
    this.#lookedAt = Math.floor(elapsed / SECOND);
    return this.judge.isSettled();
  }

  #append(input: Input): void {
    const { topic, partition, customer, what } = input;
    const value = what.kind === 'poison' ? '{' : JSON.stringify(this.#valueOf(input));
    const offset = this.broker.append(topic, partition, this.record(value, customer));
    this.ledger.append(`${topic}/${partition}/${offset}`, input, this.clockwork.now);
  }

  record(value: string, key: string): OutputRecord {
    return { key: Buffer.from(key), value: Buffer.from(value), headers: [], timestamp: this.clockwork.now };
  }

  #valueOf({ customer: customerId, what }: Input): object {
    if (what.kind === 'message') return { customerId, channel: what.channel, messageId: what.id };
    if (what.kind === 'poison') return {};
    const { type, channel, late, messageId } = what;
    return { customerId, type, channel, messageId, occurredAt: this.clockwork.now - late };
  }

  #surroundings(trace?: (line: string) => void): Surroundings {
    const { clockwork, broker, store, felt } = this;
    return {
      clockwork,
      broker,
      store,
      shards: this.scenario.shards,
      settings: SETTINGS,
      observer: tracing(felt, clockwork, trace),
      reader,
      policy: () => policy,
      customerKey,
      nonce: () => this.nonce(),
      onCall: (process: number, name: string, side: CallSide) => this.#faults.onCall(process, name, side),
      count: (what) => felt.count(what),
      onNotStarted: (process) => {
        this.felt.count('start failed');
        this.clockwork.after(RESTART, () => this.processes[process]?.isAlive || this.start(process));
      },
      onFailed: (process, error) => {
        this.#failure ??= new Violation('process', `process ${process}: ${error.stack}`);
      },
    };
  }
}

function tracing(felt: Felt, clockwork: Clockwork, trace?: (line: string) => void): ShardObserver {
  if (!trace) return felt;
  return new Proxy(felt, {
    get(target, name: keyof ShardObserver) {
      return (...args: never[]) => {
        trace(`${clockwork.elapsed} ${name} ${args.map((arg) => brief(arg)).join(' ')}`);
        (target[name] as (...args: never[]) => void)(...args);
      };
    },
  });
}

function brief(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { err, ...rest } = value as { err?: Error };
  return `${JSON.stringify(rest)}${err ? ` ${err.message}` : ''}`;
}

function compiled(): Policy {
  const parsed = parsePolicy(POLICY, 'simulation.yaml');
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  return parsed.policy;
}
