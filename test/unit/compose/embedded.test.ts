import { describe, expect, it } from 'vitest';
import type { EmbeddedRecord } from '../../../src/cli/abilities.ts';
import { runEmbedded } from '../../../src/compose/embedded.ts';
import type { Policy } from '../../../src/decide/policy.ts';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/time.ts';
import { policyOf } from '../../support/policies.ts';

const START = Date.UTC(2026, 2, 10);
const HOURLY = policyOf('  - { id: room, gap: 1h, onBlock: defer }');

const message = (at: number, customerId: string, messageId: string, more: object = {}): EmbeddedRecord => ({
  at: START + at,
  topic: 'requested',
  key: customerId,
  value: JSON.stringify({ customerId, channel: 'email', messageId, ...more }),
});
const interaction = (at: number, customerId: string, type: string): EmbeddedRecord => ({
  at: START + at,
  topic: 'interactions',
  key: customerId,
  value: JSON.stringify({ customerId, type, occurredAt: START + at }),
});

/** What was decided, in order, such as `two deferred +0` and `two cleared +60`, in minutes from the start. */
async function decisionsOf(policy: Policy, records: readonly EmbeddedRecord[]): Promise<string[]> {
  const decided: string[] = [];
  await runEmbedded({
    policy,
    inputs: [
      { topic: 'requested', kind: 'outbound', governed: true },
      { topic: 'interactions', kind: 'interaction', governed: true },
    ],
    records,
    onDecided: ({ messageId }, { outcome, decidedAt }) => {
      decided.push(`${messageId} ${outcome} +${(decidedAt - START) / MINUTE}`);
    },
    onDeadLetter: (topic, reason) => decided.push(`${topic} ${reason}`),
  });
  return decided;
}

describe('an embedded run', () => {
  it('decides a deferred message again at its due time, before what comes later', async () => {
    const records = [
      message(0, 'ann', 'one'),
      message(2 * MINUTE, 'ann', 'two'),
      message(59 * MINUTE, 'bob', 'before'),
      message(61 * MINUTE, 'bob', 'after', { channel: 'push' }),
    ];
    expect(await decisionsOf(HOURLY, records)).toEqual([
      'one cleared +0',
      'two deferred +2',
      'before cleared +59',
      'two cleared +60',
      'after deferred +61',
      'after cleared +119',
    ]);
  });

  it('folds an interaction before a release that comes after it, and not one that comes later', async () => {
    const records = [
      message(0, 'ann', 'a1'),
      message(0, 'bob', 'b1'),
      message(2 * MINUTE, 'ann', 'a2'),
      message(2 * MINUTE, 'bob', 'b2'),
      interaction(30 * MINUTE, 'ann', 'opted-out'),
      interaction(90 * MINUTE, 'bob', 'opted-out'),
      interaction(95 * MINUTE, 'bob', 'opened'),
    ];
    const decided = await decisionsOf(HOURLY, records);
    expect(decided.slice(4).sort()).toEqual(['a2 suppressed +60', 'b2 cleared +60']);
  });

  it('runs on after the last record until nothing waits', async () => {
    const records = Array.from({ length: 4 }, (_, i) => message(i, 'ann', `m${i}`));
    const decided = await decisionsOf(HOURLY, records);
    const cleared = decided.filter((each) => each.includes('cleared'));
    expect(cleared.map((each) => each.replace(/\.\d+$/, ''))).toEqual([
      'm0 cleared +0',
      'm1 cleared +60',
      'm2 cleared +120',
      'm3 cleared +180',
    ]);
  });

  it('runs on until nothing waits any more, which is 30 days at most', async () => {
    const monthly = policyOf('  - { id: month, cap: { limit: 1, window: 29d }, onBlock: defer }');
    const records = Array.from({ length: 3 }, (_, i) => message(0, 'ann', `m${i}`));
    const decided = await decisionsOf(monthly, records);
    const due = (29 * DAY) / MINUTE;
    expect(decided.slice(-2)).toEqual([`m1 cleared +${due}`, `m2 suppressed +${due}`]);
  });

  it('does not sleep in between, however many due times there are', async () => {
    const records = Array.from({ length: 150 }, (_, i) => [
      message(i * 2 * MINUTE, `c${i}`, `first-${i}`),
      message(i * 2 * MINUTE + MINUTE, `c${i}`, `second-${i}`),
    ]).flat();
    const decided = await decisionsOf(HOURLY, records);
    expect(decided.filter((each) => each.includes('cleared'))).toHaveLength(300);
    expect(decided).toContain(`second-149 cleared +${(149 * 2 * MINUTE + HOUR) / MINUTE}`);
  });
});
