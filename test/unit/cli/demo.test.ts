import { describe, expect, it } from 'vitest';
import type { EmbeddedRun } from '../../../src/cli/abilities.ts';
import { EXIT } from '../../../src/cli/exit-codes.ts';
import { runDirectly } from './direct-embedded.ts';
import { cli, fakeTerminal } from './fakes.ts';

const demo = (...args: string[]) =>
  cli(['demo', '--customers', '250', '--seed', '3', ...args], { runEmbedded: runDirectly });

describe('tact demo', () => {
  it('prints one object with --json, whose parts add up', async () => {
    const { code, out } = await demo('--json');
    expect(code).toBe(EXIT.ok);
    const result = JSON.parse(out);
    expect(out.trimEnd()).not.toContain('\n');
    expect(result.messages).toBe(result.cleared + result.suppressed + result.deferred);
    expect(result.messages).toBeGreaterThan(500);
    expect(result.cleared).toBeGreaterThan(result.suppressed / 2);
    const blocked = Object.values(result.byReason as Record<string, number>).reduce(
      (sum, count) => sum + count,
      0,
    );
    expect(blocked).toBe(result.suppressed + result.deferred);
    expect(Object.keys(result.byReason)).toEqual(
      expect.arrayContaining(['cap-reached', 'no-consent', 'too-soon', 'duplicate', 'opted-out']),
    );
    expect(Object.keys(result.byPlatform).sort()).toEqual(['app', 'crm', 'shop']);
    expect(result.deadLettered).toBeGreaterThan(0);
  });

  it('gives the same decisions for the same seed, others for another', async () => {
    const run = async (seed: string) => {
      const { tookMs: _took, ...result } = JSON.parse((await demo('--json', '--seed', seed)).out);
      return result;
    };
    const first = await run('5');
    expect(await run('5')).toEqual(first);
    expect((await run('6')).byReason).not.toEqual(first.byReason);
  });

  it('tells tables, a story and what to try next', async () => {
    const { out } = await demo();
    expect(out).toContain('What was cleared');
    expect(out).toContain('Why the rest was not');
    expect(out).toMatch(/One customer’s story: c-\d{6}, from \w{3} \d+ Mar/);
    expect(out).toMatch(/waited for a better time: \d+ of them went out then, \d+ were stopped after all/);
    expect(out).toMatch(/✓ Cleared\./);
    expect(out).toMatch(/✗ Stopped by rule “[a-z-]+”: .* again (at|on) /);
    expect(out).toContain('What to try next');
  });

  it('tells the story that is asked for, and refuses one of nobody', async () => {
    expect((await demo('--customer', 'c-000003')).out).toContain('One customer’s story: c-000003');
    const nobody = await demo('--customer', 'nobody');
    expect(nobody.code).toBe(EXIT.usage);
    expect(nobody.said).toContain('nothing happened to customer nobody');
  });

  it('leaves out responses to what was stopped', async () => {
    const cleared = new Map<string, boolean>();
    const answered: (boolean | undefined)[] = [];
    const watched = (run: EmbeddedRun) => {
      function* records() {
        for (const record of run.records) {
          const [, id = ''] = /"type":.*"messageId":"([^"]+)"/.exec(record.value) ?? [];
          answered.push(cleared.get(id));
          yield record;
        }
      }
      const onDecided: EmbeddedRun['onDecided'] = (message, decision) => {
        const { messageId } = message;
        cleared.set(messageId, cleared.get(messageId) === true || decision.outcome === 'cleared');
        run.onDecided(message, decision);
      };
      return runDirectly({ ...run, records: records(), onDecided });
    };
    await cli(['demo', '--customers', '250', '--seed', '3', '--json'], { runEmbedded: watched });
    expect(answered.filter((wasCleared) => wasCleared === false)).toEqual([]);
    expect(answered.filter(Boolean).length).toBeGreaterThan(20);
  });

  it('shows progress on a terminal only', async () => {
    let clock = 0;
    const animated = fakeTerminal({ animated: true, now: () => (clock += 10) });
    await cli(['demo', '--customers', '50'], { runEmbedded: runDirectly }, animated);
    expect(animated.progressLines.some((line) => /\d+ records .* cleared .* suppressed/.test(line))).toBe(
      true,
    );
    const { terminal } = await cli(['demo', '--customers', '50'], { runEmbedded: runDirectly });
    expect(terminal.progressLines.filter((line) => line !== '')).toEqual([]);
  });

  it('refuses a policy with errors with every place, before anything runs', async () => {
    const { code, said } = await cli(['demo', '--policy', 'test/unit/cli/broken-policy.yaml']);
    expect(code).toBe(EXIT.invalid);
    expect(said).toMatch(/broken-policy\.yaml:\d+:\d+ error/);
  });
});
