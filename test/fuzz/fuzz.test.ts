import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMPILING_MS, type Compiled, compileForTests, runCommand } from '../support/compiled.ts';
import { patch } from '../support/patch.mjs';
import { DECODERS } from './decoders.ts';
import { tryDecoder } from './findings.ts';

const INPUTS = 3_000;

interface Fuzzed {
  readonly decoder: string;
  readonly inputs: number;
  readonly blocks: number;
  readonly findings: readonly { readonly base64: string; readonly what: string }[];
}

let compiled: Compiled;
beforeAll(() => {
  compiled = compileForTests('fuzz');
}, COMPILING_MS);
afterAll(() => compiled.remove());

describe('whatever bytes it gets', { timeout: 300_000 }, () => {
  test('every decoder gives an answer or an error of ours, soon, and changes nothing else', async () => {
    const all = await runCommand<Fuzzed[]>(compiled, 'fuzz', ['--inputs', String(INPUTS)]);
    expect(all.flatMap(({ decoder, findings }) => findings.map(({ what }) => `${decoder}: ${what}`))).toEqual(
      [],
    );
    expect(all.map(({ decoder }) => decoder)).toEqual(Object.keys(DECODERS));
    for (const { decoder, inputs, blocks } of all) {
      expect([decoder, inputs]).toEqual([decoder, INPUTS]);
      expect(blocks, `${decoder} was hardly reached`).toBeGreaterThan(5);
    }
  });
});

describe('it is noticed', { timeout: 120_000 }, () => {
  const decoderOf = (decode: () => unknown) => ({ reads: '', seeds: () => [], decode });
  const nothing = Buffer.alloc(0);

  test('when a decoder throws what nobody expects', () => {
    const decoder = decoderOf(() => {
      throw new TypeError('x is not a function');
    });
    expect(tryDecoder(decoder, nothing)).toContain('throws TypeError: x is not a function');
  });

  test('when an answer inherits from what came in', () => {
    const decoder = decoderOf(() => ({ labels: Object.create({ polluted: 1 }) }));
    expect(tryDecoder(decoder, nothing)).toBe('answers with something that inherits from {"polluted":1}');
  });

  test('when a prototype was changed', () => {
    const decoder = decoderOf(() => {
      Object.assign(Object.prototype, { polluted: 1 });
    });
    try {
      expect(tryDecoder(decoder, nothing)).toMatch(/changed a prototype/);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted');
    }
  });

  test.each([
    ['never comes back', 'for (;;) ;', /hangs/],
    ['takes all memory', 'for (const all = []; ; ) all.push({ all });', /ends its process/],
  ])('when a decoder %s', async (title, does, what) => {
    const broken = compiled.copy(title);
    const find = 'export function decodeProcessStatus(text) {';
    const put = `${find} if (text.includes('holding')) ${does}`;
    patch(join(broken.folder, 'src'), [{ file: 'observe/process-status.js', find, put }]);
    const [fuzzed] = await runCommand<Fuzzed[]>(broken, 'fuzz', ['--decoder', 'status', '--inputs', '50']);
    const [finding] = fuzzed?.findings ?? [];
    expect(finding?.what).toMatch(what);
    expect(Buffer.from(finding?.base64 ?? '', 'base64').toString()).toContain('holding');
  });
});
