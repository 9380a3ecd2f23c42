import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signalGroup, startChild, stopChild, waitUntil } from '../stack/children.mjs';

const TACT = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const SCRAPE_INTERVAL_MS = 300;
/** A process that is busy or short of processors answers late, and is asked no second time meanwhile. */
const SCRAPE_TIMEOUT_MS = 15_000;
const WORKS_WITHIN_MS = 90_000;
const DRAIN_WITHIN_MS = 40_000;
const TRANSACTIONS = /^tact_transactions_total\b/;
const TURNS = /^tact_turn_records_count\b/;

/**
 * One slot for a governor: a process of the built command line that can be killed, stopped and started again. What it said
 * and measured, killed ones included, stays known.
 */
export class Governor {
  #name;
  #folder;
  #config;
  #program;
  #env;
  #lives = [];

  /** @param {{ name: string, folder: string, config: string, program?: string, env?: Record<string, string> }} options */
  constructor({ name, folder, config, program = TACT, env = {} }) {
    this.#name = name;
    this.#folder = folder;
    this.#config = config;
    this.#program = program;
    this.#env = env;
  }

  get name() {
    return this.#name;
  }

  /** @param {string} [program] another build than the usual one */
  start(program = this.#program) {
    if (this.running) throw new Error(`governor ${this.#name} runs already`);
    const logFile = join(this.#folder, `${this.#name}-${this.#lives.length + 1}.log`);
    const settings = Object.entries(this.#env).map(([name, value]) => `${name}=${value}`);
    const command = [process.execPath, program, 'run', '--config', this.#config];
    const child = startChild('env', [...withoutOwnEnvironment(), ...settings, ...command], {
      logFile,
      cwd: this.#folder,
    });
    const life = { child, logFile, metrics: '', timer: undefined };
    life.timer = setInterval(() => void scrapeInTurn(life), SCRAPE_INTERVAL_MS);
    life.timer.unref();
    this.#lives.push(life);
  }

  /** Resolves when the process takes turns: some have ended since the call. */
  async takesTurns() {
    const life = this.#life;
    const before = sum(life.metrics, TURNS);
    const probe = async () => sum(life.metrics, TURNS) > before;
    await waitUntil(probe, { what: `governor ${this.#name}`, timeoutMs: WORKS_WITHIN_MS, child: life.child });
  }

  get running() {
    return this.#lives.at(-1)?.child.running ?? false;
  }

  signal(name) {
    signalGroup(this.#life.child.pid, name);
  }

  /** Whether SIGSTOP has taken effect. */
  isStopped() {
    return / T /.test(readFileSync(`/proc/${this.#life.child.pid}/stat`, 'utf8'));
  }

  /** Resolves when the process has ended by itself. */
  async ended() {
    const { child, timer } = this.#life;
    await child.ended;
    clearInterval(timer);
  }

  /** Resolves when the process has acquired so many shards since its start. */
  async acquires(shards) {
    const { child } = this.#life;
    const probe = async () => sum(this.#life.metrics, /^tact_acquire_duration_seconds_count/) >= shards;
    await waitUntil(probe, { what: `governor ${this.#name}`, timeoutMs: WORKS_WITHIN_MS, child });
  }

  /** Resolves when so many shards have been acquired, or hold because the changelog is held back. */
  async acquiresOrHolds(shards) {
    const { child } = this.#life;
    const pattern = /^tact_(acquire_duration_seconds_count|holds_total\{cause="changelog-held-back"\})/;
    const probe = async () => sum(this.#life.metrics, pattern) >= shards;
    await waitUntil(probe, { what: `governor ${this.#name}`, timeoutMs: WORKS_WITHIN_MS, child });
  }

  /** Transactions that this process has ended, whatever the end, as last seen. */
  endedTransactions() {
    return sum(this.#life.metrics, TRANSACTIONS);
  }

  /** Resolves when it has ended more of them than these. */
  async endsTransactions(than) {
    const probe = async () => this.endedTransactions() > than;
    await waitUntil(probe, {
      what: `governor ${this.#name}`,
      timeoutMs: WORKS_WITHIN_MS,
      child: this.#life.child,
    });
  }

  async kill() {
    const { child, timer } = this.#life;
    this.signal('SIGKILL');
    await child.ended;
    clearInterval(timer);
  }

  /** Ends it politely; throws when it had to be killed. */
  async drain() {
    const life = this.#life;
    await scrape(life);
    const started = Date.now();
    await stopChild(life.child, DRAIN_WITHIN_MS);
    clearInterval(life.timer);
    if (Date.now() - started > DRAIN_WITHIN_MS)
      throw new Error(`governor ${this.#name} did not drain in time`);
  }

  /** Asks for its metrics now; what was measured before stays where it does not answer. */
  async look() {
    if (!this.running) return;
    await scrapeInTurn(this.#life);
    await scrapeInTurn(this.#life);
  }

  /** The sum of all series that match, in its present life. */
  now(pattern) {
    return sum(this.#life.metrics, pattern);
  }

  /** The sum of all series that match, over all lives of this slot, as last seen. */
  measured(pattern) {
    return this.#lives.reduce((all, { metrics }) => all + sum(metrics, pattern), 0);
  }

  /** Transactions that were refused because a newer producer of the shard had come. */
  fencings() {
    return this.measured(/^tact_transactions_total\{result="fenced"\}/);
  }

  get logFile() {
    return this.#life.logFile;
  }

  get #life() {
    const life = this.#lives.at(-1);
    if (!life) throw new Error(`governor ${this.#name} was never started`);
    return life;
  }
}

/**
 * Arguments of `env` that keep the test's own environment away from a governor: a variable would win over the configuration
 * file, and some libraries behave differently under test.
 */
export function withoutOwnEnvironment() {
  const own = Object.keys(process.env).filter((name) => name.startsWith('TACT_') || name === 'NODE_ENV');
  return own.flatMap((name) => ['-u', name]);
}

/** One request at a time: whoever comes meanwhile waits for the answer to the one that is under way. */
function scrapeInTurn(life) {
  life.asked ??= scrape(life).finally(() => {
    life.asked = undefined;
  });
  return life.asked;
}

async function scrape(life) {
  life.address ??= /http:\/\/[\d.]+:\d+/.exec(readFileSync(life.logFile, 'utf8'))?.[0];
  if (!life.address || !life.child.running) return;
  try {
    const answer = await fetch(`${life.address}/metrics`, { signal: AbortSignal.timeout(SCRAPE_TIMEOUT_MS) });
    life.metrics = await answer.text();
  } catch {
    // It is stopped, busy or gone; what was measured before stays.
  }
}

function sum(metrics, pattern) {
  return metrics
    .split('\n')
    .filter((line) => pattern.test(line))
    .reduce((all, line) => all + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
