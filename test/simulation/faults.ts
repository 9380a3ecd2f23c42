import type { Duration } from '../../src/kernel/time.ts';
import type { StoreSnapshot } from '../../src/memory/memory-state-store.ts';
import type { CallSide } from './network.ts';
import { ACTIVE, type PlannedFault } from './scenario.ts';
import { type Scene, strike } from './strikes.ts';
import type { World } from './world.ts';

/** The store is copied so often, for faults that bring it back to an older state. */
const COPIES: Duration = 500;

/** Lets the faults of a scenario happen when they are due, and knows when all of them are over. */
export class Faults implements Scene {
  readonly world: World;
  /** When the last fault was over. */
  endedAt: Duration = 0;
  /** How wrong a clock was at most. */
  clockError: Duration = 0;
  readonly #trace: ((line: string) => void) | undefined;
  /** Faults that wait for a call, by process, call and side. */
  readonly #armed = new Map<string, { readonly nth: number; readonly planned: PlannedFault }[]>();
  readonly #calls = new Map<string, number>();
  readonly #copies: { readonly at: Duration; readonly copy: StoreSnapshot }[] = [];
  #going = 0;

  constructor(world: World, trace?: (line: string) => void) {
    this.world = world;
    this.#trace = trace;
  }

  plan(): void {
    const { clockwork, scenario } = this.world;
    for (const planned of scenario.faults) {
      const { when } = planned;
      if ('at' in when) clockwork.after(when.at, () => this.#strike(planned));
      else {
        const key = `${when.process} ${when.call} ${when.side}`;
        this.#armed.set(key, [...(this.#armed.get(key) ?? []), { nth: when.nth, planned }]);
      }
    }
    if (scenario.faults.some(({ fault }) => fault.kind === 'roll-redis-back')) this.#copy();
  }

  get areOver(): boolean {
    return this.#going === 0;
  }

  /** A call of a process, before it arrives or with its effect done. */
  onCall(process: number, name: string, side: CallSide): void {
    const key = `${process} ${name} ${side}`;
    const armed = this.#armed.get(key);
    // Late in the run nothing new goes wrong, else it would never end.
    if (!armed || this.world.clockwork.elapsed > ACTIVE) return;
    const calls = (this.#calls.get(key) ?? 0) + 1;
    this.#calls.set(key, calls);
    for (const { nth, planned } of armed) if (nth === calls) this.#strike(planned);
  }

  readonly later = (delay: Duration, then: () => void): void => {
    const { clockwork } = this.world;
    this.#going += 1;
    clockwork.after(delay, () => {
      this.#going -= 1;
      this.endedAt = clockwork.elapsed;
      then();
    });
  };

  readonly rollBack = (by: Duration): void => {
    const until = this.world.clockwork.elapsed - by;
    const older = this.#copies.findLast(({ at }) => at <= until) ?? this.#copies[0];
    if (older) this.world.store.restore(older.copy);
  };

  readonly clockIsWrong = (by: Duration): void => {
    this.clockError = Math.max(this.clockError, by);
  };

  #strike({ fault }: PlannedFault): void {
    const { clockwork, felt } = this.world;
    this.#trace?.(`${clockwork.elapsed} fault ${JSON.stringify(fault)}`);
    felt.count(`fault: ${fault.kind}`);
    this.endedAt = clockwork.elapsed;
    strike(this, fault);
  }

  #copy(): void {
    const { clockwork, store } = this.world;
    this.#copies.push({ at: clockwork.elapsed, copy: store.snapshot() });
    if (clockwork.elapsed < ACTIVE) clockwork.after(COPIES, () => this.#copy());
  }
}
