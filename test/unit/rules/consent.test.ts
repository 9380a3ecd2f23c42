import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import type { Consent } from '../../../src/model/customer-state.ts';
import { consent as consentRule } from '../../../src/rules/consent.ts';
import { message, NOON, policyWith, stateWith } from '../decide/build.ts';
import { factsWith, ruleOf } from './facts.ts';

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

describe('what several sources say', () => {
  const sources = [
    consent('withdrawn', 1, { source: 'shop' }),
    consent('granted', 2, { source: 'crm' }),
    consent('granted', 3, { source: 'shop', channel: 'sms' }),
  ];

  test('binds by the strictest, unless the latest is asked for', () => {
    expect(verdict('{ require: opt-in }', sources)).toBe('blocks');
    expect(verdict('{ require: opt-in, sources: latest }', sources)).toBe('allows');
    expect(
      verdict('{ require: opt-in, sources: latest }', [consent('granted', 1), consent('withdrawn', 1)]),
    ).toBe('blocks');
  });

  test('is of each source what it said last', () => {
    const again = [...sources, consent('granted', 4, { source: 'shop', channel: 'email' })];
    expect(verdict('{ require: opt-in }', again)).toBe('allows');
  });

  test('pending is stricter than granted', () => {
    const pending = [consent('granted', 2), consent('pending', 1, { source: 'shop' })];
    expect(verdict('{ require: opt-in }', pending)).toBe('blocks');
    expect(verdict('{ require: opt-out }', pending)).toBe('allows');
  });
});

describe('terms', () => {
  const written = '{ require: opt-in, terms: ["2026-01", "2025-07"] }';
  const reasonFor = (rule: string, consents: readonly Consent[]) =>
    decide(policyWith(`[{ id: consent, consent: ${rule} }]`), stateWith({ consents }), message(), NOON)
      .decision.reason;

  test('of a consent have to be among those that still hold', () => {
    expect(reasonFor(written, [consent('granted', 1, { terms: '2025-07' })])).toBe('cleared');
    expect(reasonFor(written, [consent('granted', 1, { terms: '2024-01' })])).toBe('consent-outdated');
    expect(reasonFor(written, [consent('granted', 1)])).toBe('consent-outdated');
    expect(
      reasonFor('{ require: opt-in, terms: "2024-01" }', [consent('granted', 1, { terms: '2024-01' })]),
    ).toBe('cleared');
  });

  test('matter only to what was granted', () => {
    expect(reasonFor(written, [consent('withdrawn', 1, { terms: '2024-01' })])).toBe('no-consent');
    expect(reasonFor(written, [])).toBe('no-consent');
  });

  test('that are outdated are stricter than those that hold, of several sources', () => {
    const both = [
      consent('granted', 2, { terms: '2026-01' }),
      consent('granted', 1, { source: 'shop', terms: '2024-01' }),
    ];
    expect(reasonFor(written, both)).toBe('consent-outdated');
    expect(reasonFor('{ require: opt-in, terms: "2026-01", sources: latest }', both)).toBe('cleared');
  });
});

test('the finding shows the statement that binds', () => {
  const find = (consents: readonly Consent[]) =>
    consentRule.evaluate(ruleOf(consentRule, { require: 'opt-in' }), factsWith({ state: { consents } }));
  expect(find([consent('granted', 0, { terms: 'v2' })])?.evidence).toEqual({
    status: 'granted',
    source: 'crm',
    at: '1970-01-01T00:00:00.000Z',
    terms: 'v2',
  });
  expect(find([])).not.toHaveProperty('evidence');
});
