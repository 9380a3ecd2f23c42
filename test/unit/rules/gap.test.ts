import { expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import { HOUR } from '../../../src/kernel/time.ts';
import { message, NOON, policyWith, send, stateWith } from '../decide/build.ts';

const state = stateWith({ sends: [send(NOON - 9 * HOUR), send(NOON - HOUR, { campaignId: 'spring' })] });
const find = (gap: string, now = NOON, fields = {}) =>
  decide(policyWith(`[{ id: pause, gap: ${gap} }]`), state, message(fields), now).decision.findings[0];

test('a gap blocks from the last send until exactly its length after it', () => {
  expect(find('4h')).toMatchObject({
    verdict: 'blocks',
    reason: 'too-soon',
    nextEligibleAt: NOON + 3 * HOUR,
  });
  expect(find('4h', NOON + 3 * HOUR - 1)?.verdict).toBe('blocks');
  expect(find('4h', NOON + 3 * HOUR)?.verdict).toBe('allows');
});

test('a gap can be kept within each value of a field', () => {
  const perCampaign = '{ wait: 4h, per: [campaign] }';
  expect(find(perCampaign, NOON, { campaignId: 'spring' })?.verdict).toBe('blocks');
  expect(find(perCampaign, NOON, { campaignId: 'summer' })?.verdict).toBe('allows');
});
