import fs from 'node:fs';

export interface CapturedLog {
  /** Everything that was written to standard output by the logger since the start. */
  readonly text: string;
  /** Lines of this event, parsed. */
  lines(event: string): Record<string, unknown>[];
  stop(): void;
}

const STANDARD_OUTPUT = 1;

/** Keeps what the logger writes to standard output instead of writing it. */
export function captureLog(): CapturedLog {
  const { writeSync } = fs;
  const written: string[] = [];
  fs.writeSync = ((fd: number, data: string | NodeJS.ArrayBufferView, ...rest: never[]) => {
    if (fd !== STANDARD_OUTPUT) return writeSync(fd, data as string, ...rest);
    const text =
      typeof data === 'string' ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString();
    written.push(text);
    return Buffer.byteLength(text);
  }) as typeof writeSync;
  return {
    get text() {
      return written.join('');
    },
    lines: (event) =>
      written
        .join('')
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line))
        .filter((line) => line.event === event),
    stop: () => {
      fs.writeSync = writeSync;
    },
  };
}
