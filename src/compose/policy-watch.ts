import { readFile } from 'node:fs/promises';
import type { Policy } from '../decide/policy.ts';
import { messageOf, TactError } from '../kernel/errors.ts';
import type { Duration } from '../kernel/time.ts';
import { formatProblem } from '../policy/format-problem.ts';
import { parsePolicy } from '../policy/parse-policy.ts';
import { pause } from './pause.ts';

/** Between two readings that must be the same. */
const STANDS_STILL: Duration = 250;

export interface PolicyWatching {
  readonly file: string;
  readonly interval: Duration;
  /** A policy took effect. */
  onLoaded(policy: Policy): void;
  /** The file was changed into one with errors, or cannot be read; the policy before stays in force. */
  onRefused(problems: readonly string[]): void;
}

/** The policy in force: read whole at start, and again whenever its file changes; a wrong one never replaces a right one. */
export class PolicyWatch {
  readonly #watching: PolicyWatching;
  readonly #timer: NodeJS.Timeout;
  readonly #stopped = new AbortController();
  #current: Policy;
  #found: Found;
  #looking: Promise<void> | undefined;

  private constructor(watching: PolicyWatching, current: Policy, found: Found) {
    this.#watching = watching;
    this.#current = current;
    this.#found = found;
    this.#timer = setInterval(() => void this.look(), watching.interval);
    this.#timer.unref();
  }

  /** Throws `invalid-policy` with every problem of the file. */
  static async start(watching: PolicyWatching): Promise<PolicyWatch> {
    const found = await find(watching.file);
    if (found.text === undefined) throw new TactError('invalid-policy', found.problem);
    const parsed = parse(found.text, watching.file);
    if (!parsed.ok) throw new TactError('invalid-policy', parsed.problems.join('\n'));
    watching.onLoaded(parsed.policy);
    return new PolicyWatch(watching, parsed.policy, found);
  }

  get current(): Policy {
    return this.#current;
  }

  /** Reads the file; swaps the policy in one step if it has changed and is right. One look at a time; others join it. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { file, onLoaded, onRefused } = this.#watching;
    const found = await find(file);
    if (isSame(found, this.#found)) return;
    // A file that is being written may read as a policy with half its rules: it counts once it stands still.
    await pause(STANDS_STILL, this.#stopped.signal);
    if (this.#stopped.signal.aborted || !isSame(found, await find(file))) return;
    this.#found = found;
    if (found.text === undefined) return onRefused([found.problem]);
    const parsed = parse(found.text, file);
    if (!parsed.ok) return onRefused(parsed.problems);
    this.#current = parsed.policy;
    onLoaded(parsed.policy);
  }

  stop(): void {
    this.#stopped.abort();
    clearInterval(this.#timer);
  }
}

/** What a look at the file found: its text, or why there is none. */
type Found =
  | { readonly text: string; readonly problem?: undefined }
  | { readonly text?: undefined; readonly problem: string };

async function find(file: string): Promise<Found> {
  try {
    return { text: await readFile(file, 'utf8') };
  } catch (error) {
    return { problem: `policy file ${file} cannot be read: ${messageOf(error)}` };
  }
}

function isSame(one: Found, other: Found): boolean {
  return one.text === other.text && one.problem === other.problem;
}

function parse(text: string, file: string): { ok: true; policy: Policy } | { ok: false; problems: string[] } {
  const parsed = parsePolicy(text, file);
  return parsed.ok ? parsed : { ok: false, problems: parsed.problems.map(formatProblem) };
}
