import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { renderReport } from '../checker/report.mjs';
import { build } from './build-copy.mjs';
import { type Played, play } from './mutants/play.mjs';

const folder = mkdtempSync(join(tmpdir(), 'tact-mutants-'));
const built = join(folder, 'built');
const TIMEOUT_MS = 180_000;

beforeAll(() => build(built));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The same fault against the sound build and against the broken one. */
async function both(name: string): Promise<{ sound: Played; broken: Played }> {
  const options = { name, kafka: inject('kafka'), built, folder };
  const [sound, broken] = await Promise.all([
    play({ ...options, kind: 'sound' }),
    play({ ...options, kind: 'broken' }),
  ]);
  expect(sound.red, renderReport(sound.report)).toEqual([]);
  return { sound, broken };
}

describe('the checker', { timeout: TIMEOUT_MS }, () => {
  test('turns red when Redis may go back to an older state without being noticed', async () => {
    const { sound, broken } = await both('watermark-not-read');
    expect(broken.red).toContain('limits');
    expect(sound.bites.behind).toBeGreaterThan(0);
  });

  test('turns red when a sleeper that wakes up is not fenced', async () => {
    const { sound, broken } = await both('no-fence');
    expect(broken.red).toContain('outcomes');
    expect(sound.bites.fenced).toBeGreaterThan(0);
    expect(broken.bites.fenced).toBe(0);
  });

  test('turns red when Redis is written before the transaction is committed', async () => {
    const { broken } = await both('redis-first');
    expect(broken.red).toContain('outcomes');
  });

  test("turns red when an acquire does not wait for its own fence behind a stranger's transaction", async () => {
    const { sound, broken } = await both('no-own-fence');
    expect(broken.red).toContain('outcomes');
    expect(sound.bites.heldBack).toBeGreaterThan(0);
  });

  test('turns red when a wait ends in Redis and not on the changelog', async () => {
    const { sound, broken } = await both('wait-ends-in-redis-only');
    expect(broken.red).toContain('outcomes');
    expect(sound.bites.waits).toBeGreaterThan(0);
    expect(sound.bites.behind).toBeGreaterThan(0);
  });

  test('turns red when what is due is decided without a look at the watermark', async () => {
    const { sound, broken } = await both('release-without-watermark');
    expect(broken.red).toContain('outcomes');
    expect(sound.bites.waits).toBeGreaterThan(0);
    expect(sound.bites.behind).toBeGreaterThan(0);
  });

  test('turns red when a rebuild of Redis forgets what is due', async () => {
    const { sound, broken } = await both('due-not-derived');
    expect(broken.red).toContain('outcomes');
    expect(sound.bites.waits).toBeGreaterThan(0);
    expect(sound.bites.rebuilt).toBeGreaterThan(0);
  });
});
