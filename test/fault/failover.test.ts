import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { renderReport } from '../checker/report.mjs';
import { build, mainOf } from './build-copy.mjs';
import { runFailover } from './failover.mjs';

const folder = mkdtempSync(join(tmpdir(), 'tact-failovers-'));
const TIMEOUT_MS = 300_000;
/** Both take a minute each; the store's own tests fail over in both. */
const TOPOLOGIES = (process.env.TACT_FAILOVER ?? 'sentinel').split(',') as ('sentinel' | 'cluster')[];

beforeAll(() => build(folder));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(TOPOLOGIES)(
  'no promise is broken while Redis fails over under load: %s',
  {
    timeout: TIMEOUT_MS,
  },
  async (topology) => {
    const seed = Number(process.env.TACT_FAULT_SEED ?? Date.now() % 1_000_000);
    const log = (line: string) => process.stderr.write(`failover: ${line}\n`);
    const { report, errors } = await runFailover({
      ...{ kafka: inject('kafka'), topology, seed, log },
      program: mainOf(folder),
    });
    expect(report.holds, `seed ${seed}\n${renderReport(report)}`).toBe(true);
    expect(errors, `seed ${seed}: the failover was felt`).toBeGreaterThan(0);
  },
);
