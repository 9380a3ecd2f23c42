import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import { fold } from '../../../src/decide/fold.ts';
import type { CustomerState } from '../../../src/model/customer-state.ts';
import { interaction, message, NOON, policyWith } from '../../unit/decide/build.ts';

/*
 * A second, slow and simple account of what may go out: a list of everything that went out, and for each limit a count
 * over the whole list. Windows are compared as `at > now - length`; days are found by asking Intl for the date.
 */
interface Sent {
  readonly at: number;
  readonly channel: string;
  readonly campaign: string | undefined;
  readonly id: string;
  counts: boolean;
}

const MINUTES = 60_000;
const policy = policyWith(`
  - { id: email, for: { channel: email }, cap: { limit: 2, window: 90m } }
  - { id: all, cap: { limit: 4, window: 6h } }
  - { id: day, for: { channel: [email, sms] }, cap: { limit: 5, window: { calendar: day, zone: Europe/Berlin } } }
  - { id: campaign, cap: { limit: 1, window: 2h, per: [campaign] } }
  - { id: pause, for: { channel: push }, counts: {}, gap: 20m }`);

const dates = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Berlin', dateStyle: 'short' });
const within = (log: readonly Sent[], now: number, minutes: number) =>
  log.filter((sent) => sent.counts && sent.at > now - minutes * MINUTES);

function mayGo(log: readonly Sent[], now: number, channel: string, campaign: string | undefined): boolean {
  if (channel === 'email' && within(log, now, 90).filter((sent) => sent.channel === 'email').length >= 2)
    return false;
  if (within(log, now, 360).length >= 4) return false;
  const today = log.filter(
    (sent) => sent.counts && sent.channel !== 'push' && dates.format(sent.at) === dates.format(now),
  );
  if (channel !== 'push' && today.length >= 5) return false;
  if (campaign !== undefined && within(log, now, 120).some((sent) => sent.campaign === campaign))
    return false;
  return channel !== 'push' || within(log, now, 20).length === 0;
}

const step = fc.record({
  wait: fc.oneof(
    fc.constantFrom(0, 1, 10, 20, 30, 45, 90).map((minutes) => minutes * MINUTES),
    fc.integer({ min: 0, max: 90 * MINUTES }),
  ),
  does: fc.constantFrom('message', 'message', 'message', 'message', 'bounce', 'stray'),
  channel: fc.constantFrom('email', 'sms', 'push'),
  campaign: fc.constantFrom('spring', 'summer', undefined),
  pick: fc.nat(),
});

interface Step {
  readonly wait: number;
  readonly does: string;
  readonly channel: string;
  readonly campaign: string | undefined;
  readonly pick: number;
}

/** One customer, in Tact's account and in the simple one. */
class History {
  readonly log: Sent[] = [];
  readonly reached: Set<string>;
  now: number;
  state: CustomerState | undefined;

  constructor(now: number, reached: Set<string>) {
    this.now = now;
    this.reached = reached;
  }

  take(step: Step, id: string): void {
    this.now += step.wait;
    if (step.does === 'message') this.offer(step, id);
    else if (step.does === 'bounce') this.bounce(step.pick);
    else this.stray(step, id);
  }

  private offer({ channel, campaign }: Step, messageId: string): void {
    const asked = message({
      messageId,
      channel,
      createdAt: this.now,
      ...(campaign && { campaignId: campaign }),
    });
    const { decision, state } = decide(policy, this.state, asked, this.now);
    const expected = mayGo(this.log, this.now, channel, campaign) ? 'cleared' : 'suppressed';
    expect([messageId, decision.outcome]).toEqual([messageId, expected]);
    this.state = state;
    if (decision.rule !== undefined) this.reached.add(decision.rule);
    if (expected === 'cleared')
      this.log.push({ at: this.now, channel, campaign, id: messageId, counts: true });
  }

  private bounce(pick: number): void {
    const bounced = this.log[pick % Math.max(this.log.length, 1)];
    if (bounced === undefined) return;
    bounced.counts = false;
    this.fold(interaction('bounced', { messageId: bounced.id, occurredAt: this.now }));
  }

  private stray({ channel, campaign, pick }: Step, id: string): void {
    const at = this.now - (pick % 600) * MINUTES;
    const sent = { messageId: id, channel, occurredAt: at, governed: false };
    this.fold(interaction('sent', { ...sent, ...(campaign && { campaignId: campaign }) }));
    this.log.push({ at, channel, campaign, id, counts: true });
  }

  private fold(told: Parameters<typeof fold>[2]): void {
    this.state = fold(policy, this.state, told, this.now);
  }
}

test('caps and gaps decide over any history as counting everything by hand does', () => {
  const reached = new Set<string>();
  const steps = fc.array(step, { minLength: 10, maxLength: 120 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 0, max: 400 }), (taken, days) => {
      const history = new History(NOON + days * 86_400_000, reached);
      for (const [i, each] of taken.entries()) history.take(each, `m-${i}`);
    }),
    { numRuns: 150 },
  );
  expect([...reached].sort()).toEqual(['all', 'campaign', 'day', 'email', 'pause']);
});

test('no window of any length holds more than the limit, wherever it begins', () => {
  const capped = policyWith('[{ id: three, cap: { limit: 3, window: 1h } }]');
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 40 * MINUTES }), { minLength: 5, maxLength: 150 }),
      (waits) => {
        let now = NOON;
        let state: CustomerState | undefined;
        const out: number[] = [];
        for (const wait of waits) {
          now += wait;
          const decided = decide(capped, state, message({ createdAt: now }), now);
          state = decided.state;
          if (decided.decision.outcome === 'cleared') out.push(now);
        }
        for (const [i, at] of out.entries()) {
          const fourth = out[i + 3];
          if (fourth !== undefined) expect(fourth - at).toBeGreaterThanOrEqual(60 * MINUTES);
        }
      },
    ),
    { numRuns: 100 },
  );
});
