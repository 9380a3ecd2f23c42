import { readFileSync, writeFileSync } from 'node:fs';

/**
 * The part of a document between `<!-- name -->` and `<!-- /name -->`. With UPDATE_DOCS=1 it is first replaced by `generated`:
 * that is how the document is brought up to date.
 */
export function generatedPart(path: string, name: string, generated: string): string {
  const [start, end] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];
  const text = readFileSync(path, 'utf8');
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from === -1 || to === -1)
    throw new Error(`${path} has no part between ${start.trim()} and ${end.trim()}`);
  if (process.env.UPDATE_DOCS === undefined) return text.slice(from + start.length, to);
  writeFileSync(path, text.slice(0, from + start.length) + generated + text.slice(to));
  return generated;
}
