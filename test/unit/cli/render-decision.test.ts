import { describe, expect, it } from 'vitest';
import { explainDecision } from '../../../src/cli/render/decision.ts';
import { DAY, HOUR } from '../../../src/kernel/time.ts';
import type { Decision, Finding } from '../../../src/model/decision.ts';
import { REASONS, type ReasonCode } from '../../../src/model/reason.ts';

const noon = Date.UTC(2026, 2, 10, 12);

function decision(fields: Partial<Decision>): Decision {
  const outcome = fields.outcome ?? 'suppressed';
  return {
    outcome,
    verdict: outcome,
    reason: 'cap-reached',
    decidedAt: noon,
    channel: 'email',
    class: 'marketing',
    findings: [],
    ...fields,
  };
}

const weekly: Finding = {
  rule: 'email-weekly',
  kind: 'cap',
  verdict: 'blocks',
  reason: 'cap-reached',
  count: 5,
  limit: 5,
  windowStart: noon - 7 * DAY,
  window: '7d',
  nextEligibleAt: noon + DAY + 3 * HOUR,
};

describe('explainDecision', () => {
  it('names rule, count, limit, window and the next time in the zone of the customer', () => {
    const text = explainDecision(
      decision({ rule: 'email-weekly', findings: [weekly], nextEligibleAt: noon + DAY + 3 * HOUR }),
      'Europe/Berlin',
    );
    expect(text).toBe(
      'Stopped by rule “email-weekly”: 5 of 5 in the last 7 days already used. Possible again on Wed 11 Mar, 16:00 (in 1 d 3 h).',
    );
  });

  it('says the clock alone when it is possible again on the same day', () => {
    const text = explainDecision(
      decision({ rule: 'email-weekly', findings: [weekly], nextEligibleAt: noon + 90 * 60_000 }),
      'UTC',
    );
    expect(text).toContain('Possible again at 13:30 (in 1 h 30 min).');
  });

  it('says so where more went out than may', () => {
    const over = { ...weekly, count: 7 };
    expect(explainDecision(decision({ rule: 'email-weekly', findings: [over] }), 'UTC')).toContain(
      '“email-weekly”: already 7 in the last 7 days, where 5 may be.',
    );
  });

  it('says that a limit of nothing allows nothing', () => {
    const none = { ...weekly, count: 0, limit: 0 };
    expect(explainDecision(decision({ rule: 'email-weekly', findings: [none] }), 'UTC')).toContain(
      'the limit is 0',
    );
  });

  it('calls a calendar window by its name', () => {
    const daily: Finding = { ...weekly, rule: 'daily', window: 'day Europe/Berlin', count: 4, limit: 4 };
    expect(explainDecision(decision({ rule: 'daily', findings: [daily] }), 'UTC')).toContain('4 of 4 today');
  });

  it('tells a gap by its length', () => {
    const gap: Finding = {
      ...weekly,
      rule: 'rest',
      kind: 'gap',
      reason: 'too-soon',
      windowStart: noon - 4 * HOUR + 1,
      window: '4h',
    };
    const text = explainDecision(
      decision({ rule: 'rest', reason: 'too-soon', findings: [gap], nextEligibleAt: noon + HOUR }),
      'UTC',
    );
    expect(text).toBe(
      'Stopped by rule “rest”: the last message went out less than 4 hours ago. Possible again at 13:00 (in 1 h).',
    );
  });

  it('says when the time comes too late for the message', () => {
    const text = explainDecision(decision({ rule: 'email-weekly', findings: [weekly] }), 'UTC');
    expect(text).toContain(
      'The rule alone would allow it again on Wed 11 Mar, 15:00 (in 1 d 3 h), but this message would not get out in time.',
    );
  });

  it('gives the next action where no time helps', () => {
    expect(explainDecision(decision({ reason: 'opted-out' }), 'UTC')).toBe(
      'Stopped: the customer opted out. Do not try again; only the customer can take this back.',
    );
    expect(explainDecision(decision({ reason: 'no-consent', rule: 'consent' }), 'UTC')).toBe(
      'Stopped by rule “consent”: there is no consent for this channel and purpose. Ask for consent first.',
    );
  });

  it('says of what was cleared which limit has least left, this message counted', () => {
    const roomy: Finding = {
      ...weekly,
      rule: 'ceiling',
      verdict: 'allows',
      reason: 'cleared',
      count: 6,
      limit: 20,
    };
    const single: Finding = { ...roomy, rule: 'gap', kind: 'gap', count: 0, limit: 1 };
    const close: Finding = { ...weekly, verdict: 'allows', reason: 'cleared', count: 3 };
    const text = explainDecision(
      decision({ outcome: 'cleared', reason: 'cleared', findings: [roomy, single, close] }),
      'UTC',
    );
    expect(text).toBe('Cleared. With it, 4 of 5 in the last 7 days (rule “email-weekly”).');
    expect(explainDecision(decision({ outcome: 'cleared', reason: 'cleared' }), 'UTC')).toBe(
      'Cleared. Nothing stood against it.',
    );
  });

  it('says under a policy that only observes what would have happened', () => {
    const text = explainDecision(
      decision({ outcome: 'cleared', verdict: 'suppressed', rule: 'email-weekly', findings: [weekly] }),
      'UTC',
    );
    expect(text).toMatch(
      /^Cleared, because the policy only observes\. Enforced, it would have been suppressed by rule/,
    );
  });

  it('says until when a deferred message waits', () => {
    const deferred = decision({
      outcome: 'deferred',
      rule: 'email-weekly',
      findings: [weekly],
      nextEligibleAt: noon + HOUR,
      dueAt: noon + HOUR + 60_000,
    });
    expect(explainDecision(deferred, 'UTC')).toBe(
      'Deferred by rule “email-weekly”: 5 of 5 in the last 7 days already used. It waits and is decided again at 13:01 (in 1 h 1 min).',
    );
    expect(explainDecision(deferred, 'UTC', noon + 2 * HOUR)).toContain('It waited and was due at 13:01.');
  });

  it('speaks of a next time that has passed as of one that has passed', () => {
    const stopped = decision({ rule: 'email-weekly', findings: [weekly], nextEligibleAt: noon + HOUR });
    expect(explainDecision(stopped, 'UTC', noon + 2 * HOUR)).toContain('It was possible again at 13:00.');
  });

  it('has a sentence for every reason, and none shows a control character of a rule id', () => {
    for (const reason of Object.keys(REASONS) as ReasonCode[]) {
      const text = explainDecision(decision({ reason, rule: 'a\u001b[2Jb' }), 'UTC');
      expect(text.length).toBeGreaterThan(20);
      expect(text).not.toContain('\u001b');
    }
  });
});
