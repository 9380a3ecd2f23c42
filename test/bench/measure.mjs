import { cpuMicros } from './cpu.mjs';

const POLL_MS = 20;
const WITHIN_MS = 120_000;

/**
 * One run, warm-up left out.
 * @typedef {object} Measured
 * @property {number} messages
 * @property {number} perSecond
 * @property {Record<string, number>} cpu microseconds per message, by process
 */

/**
 * Watches a run from the moment when `from` messages are done until `to` are.
 * @param {object} options
 * @param {() => Promise<number>} options.done how many messages are done
 * @param {number} options.from
 * @param {number} options.to
 * @param {Record<string, number>} options.pids
 * @param {() => boolean} options.running
 * @returns {Promise<Measured>}
 */
export async function measure({ done, from, to, pids, running }) {
  const first = await sightingAt(from, { done, pids, running });
  const last = await sightingAt(to, { done, pids, running });
  const messages = last.count - first.count;
  const cpu = Object.fromEntries(
    Object.keys(pids).map((name) => [name, (last.cpu[name] - first.cpu[name]) / messages]),
  );
  return { messages, perSecond: (messages / (last.at - first.at)) * 1_000, cpu };
}

async function sightingAt(wanted, { done, pids, running }) {
  const deadline = Date.now() + WITHIN_MS;
  for (;;) {
    const count = await done();
    const at = performance.now();
    if (count >= wanted) {
      const cpu = Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuMicros(pid)]));
      return { count, at, cpu };
    }
    if (!running()) throw new Error(`the process ended after ${count} of ${wanted} messages`);
    if (Date.now() > deadline)
      throw new Error(`only ${count} of ${wanted} messages within ${WITHIN_MS / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
