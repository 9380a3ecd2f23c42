/** PEM texts. */
export interface Issued {
  certificate: string;
  key: string;
}

export interface Authority {
  /** PEM of the authority itself. */
  certificate: string;
  /** `from` and `until` in milliseconds from now. */
  issue(options?: { hosts?: string[]; from?: number; until?: number }): Issued;
}

export function createAuthority(name?: string): Authority;
