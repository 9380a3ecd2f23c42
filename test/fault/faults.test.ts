import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { renderReport } from '../checker/report.mjs';
import { build, mainOf } from './build-copy.mjs';
import { runFaults, SMALL } from './run.mjs';
import { voidFaults } from './void-faults.mjs';

const folder = mkdtempSync(join(tmpdir(), 'tact-faults-'));
const seed = Number(process.env.TACT_FAULT_SEED ?? Date.now() % 1_000_000);
const TIMEOUT_MS = 600_000;

beforeAll(() => build(folder));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('no promise is broken while two governors are killed and stopped, and Redis is emptied and rolled back', {
  timeout: TIMEOUT_MS,
}, async () => {
  const log = (line: string) => process.stderr.write(`fault: ${line}\n`);
  const result = await runFaults({ kafka: inject('kafka'), seed, size: SMALL, program: mainOf(folder), log });
  expect(result.report.holds, `seed ${seed}\n${renderReport(result.report)}`).toBe(true);
  expect(voidFaults(result.bites), `seed ${seed}: every fault was felt`).toEqual([]);
});
