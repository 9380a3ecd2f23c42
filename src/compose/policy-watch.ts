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
  #text: string;

  private constructor(watching: PolicyWatching, current: Policy, text: string) {
    this.#watching = watching;
    this.#current = current;
    this.#text = text;
    this.#timer = setInterval(() => void this.look(), watching.interval);
    this.#timer.unref();
  }

  /** Throws `invalid-policy` with every problem of the file. */
  static async start(watching: PolicyWatching): Promise<PolicyWatch> {
    const text = await read(watching.file);
    const parsed = parse(text, watching.file);
    if (!parsed.ok) throw new TactError('invalid-policy', parsed.problems.join('\n'));
    watching.onLoaded(parsed.policy);
    return new PolicyWatch(watching, parsed.policy, text);
  }

  get current(): Policy {
    return this.#current;
  }

  /** Reads the file; swaps the policy in one step if it has changed and is right. */
  async look(): Promise<void> {
    try {
      const text = await read(this.#watching.file);
      if (text === this.#text) return;
      // A file that is being written may read as a policy with half its rules: it counts once it stands still.
      await pause(STANDS_STILL, this.#stopped.signal);
      if (this.#stopped.signal.aborted || text !== (await read(this.#watching.file))) return;
      this.#text = text;
      const parsed = parse(text, this.#watching.file);
      if (!parsed.ok) return this.#watching.onRefused(parsed.problems);
      this.#current = parsed.policy;
      this.#watching.onLoaded(parsed.policy);
    } catch (error) {
      this.#text = '';
      this.#watching.onRefused([messageOf(error)]);
    }
  }

  stop(): void {
    this.#stopped.abort();
    clearInterval(this.#timer);
  }
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new TactError('invalid-policy', `policy file ${file} cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function parse(text: string, file: string): { ok: true; policy: Policy } | { ok: false; problems: string[] } {
  const parsed = parsePolicy(text, file);
  return parsed.ok ? parsed : { ok: false, problems: parsed.problems.map(formatProblem) };
}
