/**
 * How the next call of its kind goes wrong. `lost-request`: it never arrives. `lost-reply`: it takes effect and the caller
 * is not told. `late`: it takes effect only when late calls are delivered. In all three the caller gets the error of a
 * time-out.
 */
export type Fault = 'lost-request' | 'lost-reply' | 'late';

/** Faults that wait for their call, per kind of call, in the order they were asked for. */
export class PlannedFaults<Call extends string> {
  readonly #planned = new Map<Call, Fault[]>();

  plan(call: Call, fault: Fault): void {
    this.#planned.set(call, [...(this.#planned.get(call) ?? []), fault]);
  }

  take(call: Call): Fault | undefined {
    return this.#planned.get(call)?.shift();
  }
}
