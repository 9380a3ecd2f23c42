import type { Terminal } from './terminal.ts';

const REDRAW_MS = 100;

/** Shows a line in place ten times a second at most; the line is only made when it is shown. */
export function createProgress(terminal: Terminal): (line: () => string) => void {
  let shownAt = Number.NEGATIVE_INFINITY;
  return (line) => {
    if (!terminal.animated) return;
    const now = terminal.now();
    if (now - shownAt < REDRAW_MS) return;
    shownAt = now;
    terminal.progress(line());
  };
}
