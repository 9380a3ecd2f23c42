import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import type { Consent } from '../../../src/model/customer-state.ts';
import { message, NOON, policyWith, stateWith } from '../decide/build.ts';

const consent = (status: Consent['status'], at: number, fields: Partial<Consent> = {}): Consent => ({
  status,
  at,
  source: 'crm',
  ...fields,
});

function verdict(rule: string, consents: readonly Consent[], fields = {}): string {
  const { decision } = decide(
    policyWith(`[{ id: consent, consent: ${rule} }]`),
    stateWith({ consents }),
    message(fields),
    NOON,
  );
  return decision.findings[0]?.verdict ?? 'nothing';
}

describe('consent by opt-in', () => {
  const optIn = '{ require: opt-in }';

  test('blocks without consent, for good, and names the rule', () => {
    const { decision } = decide(
      policyWith(`[{ id: consent, consent: ${optIn} }]`),
      undefined,
      message(),
      NOON,
    );
    expect(decision).toMatchObject({ outcome: 'suppressed', reason: 'no-consent', rule: 'consent' });
    expect(decision.nextEligibleAt).toBeUndefined();
  });

  test('allows with a grant for the channel, by any of its names, or for every channel', () => {
    expect(verdict(optIn, [consent('granted', 1, { channel: 'email' })])).toBe('allows');
    expect(verdict(optIn, [consent('granted', 1, { channel: 'E-MAIL' })])).toBe('allows');
    expect(verdict(optIn, [consent('granted', 1)])).toBe('allows');
    expect(verdict(optIn, [consent('granted', 1, { channel: 'sms' })])).toBe('blocks');
  });

  test('does not take pending for granted', () => {
    expect(verdict(optIn, [consent('pending', 1)])).toBe('blocks');
  });

  test('goes by what was said last, of the wide and the narrow', () => {
    const narrow = { channel: 'email' };
    expect(verdict(optIn, [consent('granted', 2, narrow), consent('withdrawn', 1)])).toBe('allows');
    expect(verdict(optIn, [consent('granted', 1, narrow), consent('withdrawn', 2)])).toBe('blocks');
    expect(verdict(optIn, [consent('granted', 1, narrow), consent('withdrawn', 1)])).toBe('blocks');
  });

  test("needs the message's purpose, or the rule's where the message names none", () => {
    const news = [consent('granted', 1, { purpose: 'news' })];
    expect(verdict(optIn, news, { purpose: 'news' })).toBe('allows');
    expect(verdict(optIn, news, { purpose: 'offers' })).toBe('blocks');
    expect(verdict(optIn, news)).toBe('blocks');
    expect(verdict('{ require: opt-in, purpose: news }', news)).toBe('allows');
    expect(verdict('{ require: opt-in, purpose: news }', news, { purpose: 'offers' })).toBe('blocks');
  });
});

describe('consent by opt-out', () => {
  const optOut = '{ require: opt-out }';

  test('allows until consent is withdrawn', () => {
    expect(verdict(optOut, [])).toBe('allows');
    expect(verdict(optOut, [consent('pending', 1)])).toBe('allows');
    expect(verdict(optOut, [consent('withdrawn', 1, { channel: 'email' })])).toBe('blocks');
    expect(verdict(optOut, [consent('withdrawn', 1, { channel: 'sms' })])).toBe('allows');
  });

  test('takes any withdrawal to be meant when the purpose is not known', () => {
    const withdrawn = [consent('withdrawn', 1, { purpose: 'offers' })];
    expect(verdict(optOut, withdrawn)).toBe('blocks');
    expect(verdict(optOut, withdrawn, { purpose: 'news' })).toBe('allows');
  });
});
