import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { processTerminal } from '../../../src/cli/process-terminal.ts';

function fakeProcess(
  options: { isTTY?: boolean; env?: Record<string, string>; fullAfter?: number; columns?: number } = {},
) {
  const stream = () => {
    const written: string[] = [];
    const emitter = new EventEmitter();
    const write = (text: string) => {
      written.push(text);
      return written.length !== options.fullAfter;
    };
    return Object.assign(emitter, { written, write, isTTY: options.isTTY, columns: options.columns ?? 20 });
  };
  const exits: number[] = [];
  const fake = Object.assign(new EventEmitter(), {
    stdout: stream(),
    stderr: stream(),
    stdin: { isTTY: options.isTTY },
    env: options.env ?? {},
    cwd: () => '/',
    exit: (code: number) => exits.push(code),
  });
  return { fake, exits, terminal: processTerminal(fake as unknown as NodeJS.Process) };
}

describe('processTerminal', () => {
  it('hands on the environment, and leaves nothing of Tact’s own in the process', () => {
    const env = { TACT_REDIS_URL: 'redis://:secret@r', TERM: 'dumb' };
    const { fake, terminal } = fakeProcess({ env });
    expect(terminal.environment).toEqual({ TACT_REDIS_URL: 'redis://:secret@r', TERM: 'dumb' });
    expect(fake.env).toEqual({ TERM: 'dumb' });
  });

  it('writes data to standard output and talk to standard error', async () => {
    const { fake, terminal } = fakeProcess();
    await terminal.data('a');
    terminal.say('b');
    expect(fake.stdout.written).toEqual(['a']);
    expect(fake.stderr.written).toEqual(['b\n']);
  });

  it('waits for a reader that is slow', async () => {
    const { fake, terminal } = fakeProcess({ fullAfter: 1 });
    let done = false;
    const writing = terminal.data('a').then(() => {
      done = true;
    });
    await new Promise(setImmediate);
    expect(done).toBe(false);
    fake.stdout.emit('drain');
    await writing;
  });

  it('draws no moving line and no colour where nobody looks', () => {
    const { fake, terminal } = fakeProcess();
    terminal.progress('half');
    expect(fake.stderr.written).toEqual([]);
    expect(terminal.style.bad('x')).toBe('x');
    expect(fakeProcess({ isTTY: true, env: { TERM: 'dumb' } }).terminal.animated).toBe(false);
  });

  it('replaces the moving line, cuts it to the width, and clears it before anything else', () => {
    const { fake, terminal } = fakeProcess({ isTTY: true, env: { NO_COLOR: '1' } });
    terminal.progress('a line that is longer than the screen');
    terminal.progress('two');
    terminal.say('done');
    expect(fake.stderr.written).toEqual([
      'a line that is long',
      '\r\u001b[2K',
      'two',
      '\r\u001b[2K',
      'done\n',
    ]);
    expect(terminal.style.bad('x')).toBe('x');
  });

  it('takes a terminal that says no width for one of 80 columns', () => {
    const { fake, terminal } = fakeProcess({ isTTY: true, columns: 0 });
    terminal.progress('12 records');
    expect(fake.stderr.written).toEqual(['12 records']);
  });

  it('asks to stop at the first signal and ends at the second: 130 after Ctrl-C, else 1', () => {
    const { fake, exits, terminal } = fakeProcess();
    const signal = terminal.stopSignal();
    expect(terminal.stopSignal()).toBe(signal);
    fake.emit('SIGTERM');
    expect(signal.aborted).toBe(true);
    expect(exits).toEqual([]);
    fake.emit('SIGINT');
    fake.emit('SIGTERM');
    expect(exits).toEqual([130, 1]);
  });
});
