import { describe, expect, it } from 'vitest';
import { Chronicle } from '../../../src/cli/chronicle.ts';
import { MINUTE, SECOND } from '../../../src/kernel/time.ts';
import type { Decision } from '../../../src/model/decision.ts';
import type { OutboundMessage } from '../../../src/model/message.ts';
import type { TrafficRecord } from '../../../src/traffic/record.ts';

const noon = Date.UTC(2026, 2, 10, 12);
const ann = { customerId: 'ann', topic: 'any', key: 'ann' } as const;
const ask: TrafficRecord = { ...ann, kind: 'outbound', at: noon, value: { messageId: 'm' } };
const answer = (type: string): TrafficRecord => ({
  ...ann,
  kind: 'interaction',
  at: noon + 20 * SECOND,
  answers: 'm',
  value: { type, messageId: 'm' },
});

function chronicleOf(outcome: Decision['outcome'], ...answers: readonly string[]) {
  const chronicle = new Chronicle(noon);
  chronicle.recordArrived(ask);
  for (const type of answers) chronicle.recordArrived(answer(type));
  const message = { messageId: 'm', customerId: 'ann' } as OutboundMessage;
  chronicle.decided(message, { outcome, decidedAt: noon + MINUTE } as Decision);
  return chronicle
    .entriesOf('ann')
    .map((entry) => (entry.kind === 'decision' ? 'asked' : String(entry.value.type)));
}

describe('Chronicle', () => {
  it('tells a message at the time it was asked for, before what came of it', () => {
    expect(chronicleOf('cleared', 'bounced')).toEqual(['asked', 'bounced']);
  });

  it('tells no delivery of a message that was stopped after the delivery arrived', () => {
    expect(chronicleOf('suppressed', 'bounced', 'opened', 'clicked')).toEqual(['asked']);
  });

  it('tells what a customer did whatever became of the message, because it counts', () => {
    expect(chronicleOf('suppressed', 'complained')).toEqual(['asked', 'complained']);
  });
});
