import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PolicyWatch } from '../../../src/compose/policy-watch.ts';
import type { Policy } from '../../../src/decide/policy.ts';
import { policyText } from '../../support/policies.ts';

const CAP = '{ id: daily, cap: { limit: 1, window: 24h } }';
const GAP = '{ id: room, gap: 1h }';
/** The file is looked at when the test says so. */
const NEVER = 3_600_000;

describe('a watched policy', () => {
  let folder: string;
  let file: string;
  let loaded: Policy[];
  let refused: (readonly string[])[];
  let watch: PolicyWatch;

  const start = async (text: string, interval = NEVER) => {
    writeFileSync(file, text);
    watch = await PolicyWatch.start({
      file,
      interval,
      onLoaded: (policy) => loaded.push(policy),
      onRefused: (problems) => refused.push(problems),
    });
  };
  const ruleIds = () => watch.current.rules.map(({ id }) => id);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tact-watch-'));
    file = join(folder, 'policy.yaml');
    loaded = [];
    refused = [];
  });
  afterEach(() => {
    watch?.stop();
    rmSync(folder, { recursive: true });
  });

  it('is in force from the start', async () => {
    await start(policyText([CAP]));
    expect(watch.current).toBe(loaded[0]);
    expect(ruleIds()).toEqual(['daily']);
    await watch.look();
    expect(loaded).toHaveLength(1);
  });

  it('does not start wrong: every problem is named with its place', async () => {
    const wrong = start(policyText(['{ id: a, for: { class: nobody }, gap: 1h }', '{ id: b, gap: soon }']));
    await expect(wrong).rejects.toMatchObject({ code: 'invalid-policy' });
    await expect(wrong).rejects.toThrow(/policy\.yaml:7:\d+ .*\n(.*\n)*.*policy\.yaml:8:\d+ /);
    expect(loaded).toEqual([]);
  });

  it('does not start without its file', async () => {
    const missing = PolicyWatch.start({ file, interval: NEVER, onLoaded() {}, onRefused() {} });
    await expect(missing).rejects.toMatchObject({
      code: 'invalid-policy',
      message: expect.stringContaining(file),
    });
  });

  it('is replaced by a right one', async () => {
    await start(policyText([CAP]));
    const { digest } = watch.current;
    writeFileSync(file, policyText([CAP, GAP]));
    await watch.look();
    expect(ruleIds()).toEqual(['daily', 'room']);
    expect(watch.current.digest).not.toBe(digest);
    expect(refused).toEqual([]);
  });

  it('is not replaced by a wrong one, which is told once, nor by one that is away', async () => {
    await start(policyText([CAP]));
    writeFileSync(file, policyText([CAP, '{ id: daily, gap: soon }']));
    await watch.look();
    await watch.look();
    expect(refused).toHaveLength(1);
    expect(refused[0]?.join('\n')).toMatch(/policy\.yaml:8:\d+ /);
    unlinkSync(file);
    await watch.look();
    await watch.look();
    expect(refused).toHaveLength(2);
    expect(ruleIds()).toEqual(['daily']);
    expect(loaded).toHaveLength(1);
  });

  it('is told to be in force again when the file is again what it was', async () => {
    await start(policyText([CAP]));
    writeFileSync(file, 'nothing');
    await watch.look();
    writeFileSync(file, policyText([CAP]));
    await watch.look();
    expect(refused).toHaveLength(1);
    expect(loaded.map(({ digest }) => digest)).toEqual([watch.current.digest, watch.current.digest]);
  });

  it('is never a file that is half written, though half of it would do', async () => {
    await start(policyText([CAP]));
    const whole = policyText([CAP, GAP]);
    writeFileSync(file, whole.slice(0, whole.indexOf('  - { id: room')).replace('24h', '2h'));
    const looking = watch.look();
    setTimeout(() => writeFileSync(file, whole), 100);
    await looking;
    expect(loaded).toHaveLength(1);
    await watch.look();
    expect(ruleIds()).toEqual(['daily', 'room']);
    expect(loaded).toHaveLength(2);
  });

  it('is read once for each change, however often the file is looked at', async () => {
    await start(policyText([CAP]), 20);
    writeFileSync(file, policyText([CAP, GAP]));
    await expect.poll(ruleIds).toEqual(['daily', 'room']);
    writeFileSync(file, policyText([GAP]));
    await expect.poll(ruleIds).toEqual(['room']);
    expect(loaded).toHaveLength(3);
  });

  it('is not replaced any more after the end', async () => {
    await start(policyText([CAP]));
    writeFileSync(file, policyText([GAP]));
    const looking = watch.look();
    watch.stop();
    await looking;
    expect(ruleIds()).toEqual(['daily']);
  });
});
