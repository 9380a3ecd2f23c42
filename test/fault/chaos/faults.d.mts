export interface Fault {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
}

export const FAULTS: readonly Fault[];
