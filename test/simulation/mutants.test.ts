import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Patch } from '../support/broken.mjs';
import { COMPILING_MS, type Compiled, compileForTests, runCommand } from '../support/compiled.ts';
import { patch } from '../support/patch.mjs';
import { MUTANTS, UNCOMMITTED_READER } from './mutants.mjs';
import type { Result } from './result.ts';

let compiled: Compiled;
beforeAll(() => {
  compiled = compileForTests('simulation');
}, COMPILING_MS);
afterAll(() => compiled.remove());

interface Broken {
  readonly part: string;
  readonly patches: readonly Patch[];
  readonly within: number;
}

/** Simulates a build that is broken on purpose, up to the first red. */
async function simulateBroken(name: string, { part, patches, within }: Broken): Promise<Result> {
  const broken = compiled.copy(name);
  patch(join(broken.folder, part), patches);
  return runCommand<Result>(broken, 'simulation', ['--seeds', String(within), '--until-red', '--jobs', '1']);
}

describe('the simulation turns red when', { timeout: 120_000 }, () => {
  for (const [name, { breaks, patches, within }] of Object.entries(MUTANTS)) {
    test(`${breaks} (${name}, within ${within} seeds)`, async () => {
      const { reds } = await simulateBroken(name, { part: 'src', patches, within });
      expect(reds).toHaveLength(1);
    });
  }

  test('its own judge takes what was aborted for an outcome', async () => {
    const part = join('test', 'simulation');
    const { reds } = await simulateBroken('judge', { part, patches: UNCOMMITTED_READER, within: 20 });
    expect(reds).toHaveLength(1);
  });
});
