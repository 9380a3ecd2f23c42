import type { Duration } from '../kernel/time.ts';

/** Tells at each change whether this process is in the group, from the signs of life that the group confirms. */
export class MembershipSign {
  readonly #sessionTimeout: Duration;
  readonly #tell: (isMember: boolean) => void;
  #isMember = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(sessionTimeout: Duration, tell: (isMember: boolean) => void) {
    this.#sessionTimeout = sessionTimeout;
    this.#tell = tell;
  }

  /** The group has just confirmed this process; without another sign its session is over after the session time-out. */
  confirmed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.lost(), this.#sessionTimeout);
    this.#timer.unref();
    this.#become(true);
  }

  lost(): void {
    clearTimeout(this.#timer);
    this.#become(false);
  }

  #become(isMember: boolean): void {
    if (this.#isMember === isMember) return;
    this.#isMember = isMember;
    this.#tell(isMember);
  }
}
