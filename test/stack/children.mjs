// Child processes that never outlive this process: each runs in a process group of its own, is killed with that group
// when this process ends, and (where `setpriv` exists) is killed by the kernel should this process be killed outright.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HOST = '127.0.0.1';
const living = new Set();
const folders = new Set();
const tidying = new Set();
let guarded = false;

/**
 * Starts a program with its output in a file.
 * @param {string} command
 * @param {string[]} args
 * @param {{ logFile: string, cwd?: string }} options
 * @returns {import('./stack.mjs').Child}
 */
export function startChild(command, args, { logFile, cwd }) {
  guard();
  const output = openSync(logFile, 'a');
  const [program, programArgs] = canDieWithParent()
    ? ['setpriv', ['--pdeathsig', 'KILL', command, ...args]]
    : [command, args];
  const process_ = spawn(program, programArgs, {
    cwd,
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const child = {
    pid: process_.pid ?? 0,
    logFile,
    running: true,
    ended: Promise.resolve(),
  };
  child.ended = new Promise((resolve) => {
    const done = () => {
      child.running = false;
      living.delete(child);
      resolve();
    };
    process_.once('exit', done);
    process_.once('error', done);
  });
  living.add(child);
  return child;
}

/** Ends a child: politely first, by SIGKILL when it is still there after `patienceMs`. */
export async function stopChild(child, patienceMs = 10_000) {
  if (!child.running) return;
  signalGroup(child.pid, 'SIGCONT');
  signalGroup(child.pid, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), patienceMs);
  await child.ended;
  clearTimeout(timer);
}

/**
 * Starts a server and waits until it answers. Its folder is removed on stop, unless it is kept.
 * @param {string} command
 * @param {string[]} args
 * @param {{ what: string, folder: string, keep: boolean, logFile: string, timeoutMs: number, answers: () => Promise<boolean> }} options
 */
export async function startServer(command, args, { what, folder, keep, logFile, timeoutMs, answers }) {
  const child = startChild(command, args, { logFile });
  const stop = async () => {
    await stopChild(child);
    if (!keep) removeFolder(folder);
  };
  try {
    await waitUntil(answers, { what, timeoutMs, child });
  } catch (error) {
    await stop();
    throw error;
  }
  const signal = (name) => signalGroup(child.pid, name);
  return { pid: child.pid, dir: folder, signal, ended: child.ended, stop };
}

/** A new empty folder, removed when this process ends at the latest. */
export function temporaryFolder(prefix) {
  guard();
  const folder = mkdtempSync(join(tmpdir(), prefix));
  folders.add(folder);
  return folder;
}

/** Is done when this process ends, however it ends, after its children. */
export function whenLeaving(work) {
  guard();
  tidying.add(work);
}

export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  folders.delete(folder);
}

/** The end of a log file, for error messages. */
export function logTail(logFile, lines = 15) {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '(no log)';
  }
}

/** Runs a program to its end; the result never throws. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', ...options });
  return {
    ok: result.status === 0,
    output: `${result.stdout ?? ''}${result.stderr ?? ''}`.trim(),
  };
}

/** A port of the loopback address that nobody listens on now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, HOST, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Whether something answers on the port. */
export function portAnswers(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: HOST, timeout: 1_000 });
    const answer = (open) => () => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', answer(true)).once('error', answer(false)).once('timeout', answer(false));
  });
}

/**
 * Polls until `probe` resolves to true. Throws with the end of the child's log when the child ends first or time is up.
 * @param {() => Promise<boolean>} probe
 * @param {{ what: string, timeoutMs: number, child?: import('./stack.mjs').Child }} options
 */
export async function waitUntil(probe, { what, timeoutMs, child }) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (await probe().catch(() => false)) return;
    if (child && !child.running) throw new Error(`${what} ended at once:\n${logTail(child.logFile)}`);
    if (Date.now() > deadline) {
      const log = child ? `:\n${logTail(child.logFile)}` : '';
      throw new Error(`${what} did not answer within ${timeoutMs / 1_000} s${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Sends a signal to a child's whole group; silent when it is gone. */
export function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}

let parentBound;
function canDieWithParent() {
  parentBound ??= run('setpriv', ['--pdeathsig', 'KILL', 'true']).ok;
  return parentBound;
}

function guard() {
  if (guarded) return;
  guarded = true;
  process.once('exit', leaveNothing);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    const handler = () => {
      if (process.listenerCount(signal) > 1) return;
      leaveNothing();
      process.removeListener(signal, handler);
      process.kill(process.pid, signal);
    };
    process.on(signal, handler);
  }
}

function leaveNothing() {
  for (const child of living) signalGroup(child.pid, 'SIGKILL');
  for (const work of tidying) work();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
