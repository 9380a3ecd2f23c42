import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const README = readFileSync(new URL('../../../src/kafka/README.md', import.meta.url), 'utf8');

/** What the table of traps names as showing it, as `unit/kafka/fetcher`. */
function shownBy(): string[] {
  const [, table = ''] = README.split('| id | trap | guard | test that shows it |');
  const rows = table.slice(0, table.indexOf('\n\n')).split('\n');
  return rows.flatMap((row) =>
    [...row.matchAll(/`((?:unit|integration)\/[\w/-]+)`/g)].map(([, name]) => String(name)),
  );
}

test('every test that the table of traps names is there', () => {
  const names = [...new Set(shownBy())];
  expect(names.length).toBeGreaterThan(10);
  const missing = names.filter((name) => !existsSync(new URL(`../../${name}.test.ts`, import.meta.url)));
  expect(missing).toEqual([]);
});

test('every trap of producers and consumers that is known has its place', () => {
  const ids = new Set([...README.matchAll(/\b[TC]\d{1,2}\b/g)].map(([id]) => id));
  const known = [...range('T', 20), ...range('C', 23)];
  expect(known.filter((id) => !ids.has(id))).toEqual([]);
});

function range(letter: string, last: number): string[] {
  return Array.from({ length: last }, (_, i) => `${letter}${i + 1}`);
}
