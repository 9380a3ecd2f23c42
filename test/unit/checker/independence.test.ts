import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const CHECKER = new URL('../../checker', import.meta.url).pathname;
const ALLOWED = /^(node:|ioredis$)/;

function modules(): string[] {
  return readdirSync(CHECKER, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.m?[jt]s$/.test(file),
  );
}

function imports(file: string): string[] {
  const text = readFileSync(join(CHECKER, file), 'utf8');
  return [...text.matchAll(/(?:from|import|import\()\s*['"]([^'"]+)['"]/g)].map(
    (match) => match[1] as string,
  );
}

test('the checker imports nothing but its own modules, Node and a Redis client', () => {
  const files = modules();
  expect(files.length).toBeGreaterThan(10);
  for (const file of files) {
    for (const target of imports(file)) {
      const own = target.startsWith('.') && join(CHECKER, file, '..', target).startsWith(CHECKER);
      expect(own || ALLOWED.test(target), `${file} imports ${target}`).toBe(true);
    }
  }
});

test('an import of the code under test would be seen', () => {
  expect(ALLOWED.test('../../src/shard/turn.ts')).toBe(false);
  expect(join(CHECKER, 'gather.mjs', '..', '../../src/kernel/time.ts').startsWith(CHECKER)).toBe(false);
});
