import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

/**
 * Expects the part of a document between `<!-- name -->` and `<!-- /name -->` to be the generated table, however it is padded.
 * With UPDATE_DOCS=1 the part is replaced instead: that is how the document is brought up to date.
 */
export function expectGenerated(path: string, name: string, generated: string): void {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const text = readFileSync(path, 'utf8');
  const [from, to] = [text.indexOf(start) + start.length, text.indexOf(end)];
  if (from < start.length || to < from) throw new Error(`${path} has no part between ${start} and ${end}`);
  if (process.env.UPDATE_DOCS === undefined) expect(rows(text.slice(from, to))).toEqual(rows(generated));
  else writeFileSync(path, `${text.slice(0, from)}\n\n${generated}\n\n${text.slice(to)}`);
}

function rows(table: string): string[] {
  const cells = (line: string) => line.split('|').map((cell) => cell.trim().replace(/^:?-+:?$/, '---'));
  return table
    .trim()
    .split('\n')
    .map((line) => cells(line).join(' | ').trim());
}
