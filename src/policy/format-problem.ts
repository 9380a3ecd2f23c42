import type { Problem } from './problem.ts';

/** The longest piece of a line that a frame shows. */
const FRAME_WIDTH = 120;

/** One line, such as `policy.yaml:12:10 error rules[3].cap.limit: expected a whole number >= 0, got "x"`. */
export function formatProblem({ file, line, column, severity, path, message }: Problem): string {
  return `${file}:${line}:${column} ${severity} ${path === '' ? '' : `${path}: `}${message}`;
}

/** The line, the place in the text with a line before and after it, and what to do. */
export function formatProblemWithFrame(problem: Problem, text: string): string {
  const hint = problem.hint === undefined ? [] : [`  ${problem.hint}`];
  return [formatProblem(problem), ...frame(problem, text.split(/\r?\n/)), ...hint].join('\n');
}

function frame({ line, column }: Problem, lines: readonly string[]): string[] {
  const width = String(line + 1).length;
  return [line - 1, line, line + 1].flatMap((number) => {
    const text = lines[number - 1];
    if (text === undefined) return [];
    const shown = `  ${String(number).padStart(width)} | ${text.slice(0, FRAME_WIDTH)}`.trimEnd();
    if (number !== line) return [shown];
    return [shown, `  ${' '.repeat(width)} | ${' '.repeat(Math.min(column - 1, FRAME_WIDTH))}^`];
  });
}
