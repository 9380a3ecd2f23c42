/** What must hold in every run; those with a number are promises that other tests know by it, too. */
export const INVARIANTS = {
  I1: 'no customer is over a limit',
  I1b: 'nobody is stopped by a limit that has room',
  I2: 'every input has exactly one outcome',
  I3: 'an opt-out is obeyed',
  I4: 'the store is the fold of the changelog at its watermark',
  I6: "a customer's order is kept",
  I7: 'when the faults are over everything is decided, and nothing hangs',
  process: 'no process ends by itself',
  operator: 'nobody is called for what mends itself',
  clock: 'a decision is made on a clock that is right',
} as const;
export type Invariant = keyof typeof INVARIANTS;

/** A promise was broken. */
export class Violation extends Error {
  readonly invariant: Invariant;

  constructor(invariant: Invariant, what: string) {
    super(`${invariant}, ${INVARIANTS[invariant]}: ${what}`);
    this.name = 'Violation';
    this.invariant = invariant;
  }
}
