import type { Policy } from '../../src/decide/policy.ts';
import { type Duration, type Instant, SECOND } from '../../src/kernel/time.ts';
import type { MemoryBroker } from '../../src/memory/memory-broker.ts';
import type { MemoryLog } from '../../src/memory/memory-log.ts';
import type { MemoryStateStore } from '../../src/memory/memory-state-store.ts';
import type { TopicPartition } from '../../src/model/record.ts';
import type { RecordReader } from '../../src/records/reader.ts';
import { Governor } from '../../src/shard/governor.ts';
import type { ShardOwner } from '../../src/shard/log.ts';
import type { ShardObserver } from '../../src/shard/observer.ts';
import type { ShardSettings } from '../../src/shard/settings.ts';
import type { Random } from '../support/random.mjs';
import type { Clockwork } from './clockwork.ts';
import { type Caller, type CallSide, Network } from './network.ts';
import { SimulatedLog } from './simulated-log.ts';
import { SimulatedStore } from './simulated-store.ts';

/** What all processes of a world share. */
export interface Surroundings {
  readonly clockwork: Clockwork;
  readonly broker: MemoryBroker;
  readonly store: MemoryStateStore;
  readonly reader: RecordReader;
  readonly settings: ShardSettings;
  readonly observer: ShardObserver;
  readonly shards: number;
  policy(): Policy;
  customerKey(customerId: string): string;
  nonce(): string;
  onCall(process: number, name: string, side: CallSide): void;
  count(what: string): void;
  onFailed(process: number, error: Error): void;
  /** It could not join, and has ended. */
  onNotStarted(process: number): void;
}

const HEARTBEAT: Duration = 3 * SECOND;
/** The group goes on without a member that was silent for so long. */
const SESSION: Duration = 10 * SECOND;

/** One `tact run`: it can be killed, stopped and continued, cut off, and have a clock that is wrong. */
export class SimulatedProcess implements Caller {
  readonly network: Network;
  /** How far its wall clock is ahead. */
  clockSkew: Duration = 0;
  readonly #around: Surroundings;
  readonly #random: Random;
  readonly #log: MemoryLog;
  readonly #simulatedLog: SimulatedLog;
  readonly #governor: Governor;
  #state: 'running' | 'stopped' | 'killed' | 'left' = 'running';
  /** What waits for it to be continued. */
  #waiting: (() => void)[] = [];
  #hasJoined = false;
  #isMember = false;
  #isWatched = false;
  #heardAt: Duration;
  /** Assignments are told in order, whatever the way takes. */
  #toldAt: Duration = 0;

  constructor(around: Surroundings, number: number, random: Random) {
    const { clockwork, broker, shards } = around;
    this.#around = around;
    this.#random = random;
    this.#heardAt = clockwork.elapsed;
    this.network = new Network(clockwork, random.fork('network'), this, {
      onCall: (name, side) => around.onCall(number, name, side),
      count: around.count,
    });
    this.#log = broker.createLog({ applicationId: 'tact', groupId: 'tact', shards });
    this.#simulatedLog = new SimulatedLog(
      this.#log,
      this.network,
      (owner) => this.#toldLater(owner),
      () => this.#joined(),
      () => clockwork.elapsed,
    );
    this.#governor = this.#createGovernor(number);
    void this.#governor.start().catch(() => {
      this.kill();
      around.onNotStarted(number);
    });
    this.#heartbeat();
  }

  get isAlive(): boolean {
    return this.#state === 'running' || this.#state === 'stopped';
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  deliver(run: () => void): void {
    if (this.#state === 'running' || this.#state === 'left') run();
    else if (this.#state === 'stopped') this.#waiting.push(run);
  }

  /** The client of its log loses its way in this partition, until a producer is opened. */
  mute(place: TopicPartition): void {
    this.#simulatedLog.mute(place);
  }

  /** SIGKILL: what it asked for may still arrive; it will never know. */
  kill(): void {
    this.#state = 'killed';
    this.#waiting = [];
  }

  /** SIGSTOP. */
  stop(): void {
    if (this.#state === 'running') this.#state = 'stopped';
  }

  /** SIGCONT. */
  continue(): void {
    if (this.#state !== 'stopped') return;
    this.#state = 'running';
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) this.deliver(run);
  }

  /** SIGTERM: it finishes its turns and leaves the group. */
  async leave(): Promise<void> {
    await this.#governor.stop();
    if (this.isAlive) this.#state = 'left';
  }

  #createGovernor(number: number): Governor {
    const { clockwork, store, reader, settings, observer, policy, customerKey, nonce } = this.#around;
    return new Governor(
      {
        log: this.#simulatedLog,
        store: new SimulatedStore(store, this.network),
        reader,
        settings,
        observer,
        policy,
        customerKey,
        nonce,
        outputFormat: 'json',
        wallClock: (): Instant => clockwork.now + this.clockSkew,
        monotonic: () => clockwork.elapsed,
        wait: (duration, signal) => this.#wait(duration, signal),
      },
      {
        onFailed: (error) => this.#around.onFailed(number, error),
        onMembership: () => {},
      },
    );
  }

  #wait(duration: Duration, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const finish = () => {
        forget();
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const forget = this.#around.clockwork.after(duration, () => this.deliver(finish));
      signal.addEventListener('abort', finish, { once: true });
    });
  }

  #joined(): void {
    this.#isMember = true;
    this.#heardAt = this.#around.clockwork.elapsed;
    // It may have been killed while it asked to join.
    if (!this.#isWatched) this.#heartbeat();
  }

  /** The group expels who is silent; who finds himself expelled joins again. */
  #heartbeat(): void {
    const { clockwork } = this.#around;
    if (this.isRunning && this.network.isOpen('kafka')) {
      this.#heardAt = clockwork.elapsed;
      if (this.#hasJoined && !this.#isMember) this.#joinAgain();
    } else if (this.#isMember && clockwork.elapsed - this.#heardAt > SESSION) {
      this.#isMember = false;
      this.#log.expireSession();
    }
    this.#isWatched = this.isAlive || this.#isMember;
    if (this.#isWatched) clockwork.after(HEARTBEAT, () => this.#heartbeat());
  }

  #joinAgain(): void {
    void this.#simulatedLog.confirmMembership(new AbortController().signal).catch(() => undefined);
  }

  #toldLater(owner: ShardOwner): ShardOwner {
    this.#hasJoined = true;
    const later = (tell: () => void) => {
      const { clockwork } = this.#around;
      this.#toldAt = Math.max(this.#toldAt, clockwork.elapsed + this.#random.between(1, 50));
      clockwork.after(this.#toldAt - clockwork.elapsed, () => this.deliver(tell));
    };
    return {
      assigned: (shard) => later(() => owner.assigned(shard)),
      revoked: (shard) => later(() => owner.revoked(shard)),
      failed: (error) => later(() => owner.failed(error)),
    };
  }
}
