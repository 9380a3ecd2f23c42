import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Consent } from '../../../src/model/customer-state.ts';
import { consent } from '../../../src/rules/consent.ts';
import { factsWith, ruleOf } from '../../unit/rules/facts.ts';

interface Written {
  readonly require: 'opt-in' | 'opt-out';
  readonly purpose?: string;
  readonly terms?: readonly string[];
  readonly sources?: 'strictest' | 'latest';
}

// The oracle: every statement is sorted, the one that binds last.

const ORDER = ['granted', 'outdated', 'pending', 'withdrawn'];

function meaning({ status, terms }: Consent, wanted: Written['terms']): string {
  const holds = wanted === undefined || wanted.some((each) => each === terms);
  return status === 'granted' && !holds ? 'outdated' : status;
}

function reasonFor(written: Written, consents: readonly Consent[], own: string | undefined): string {
  const purpose = own ?? written.purpose;
  const said = consents.filter(
    (each) =>
      each.channel !== 'sms' &&
      (each.purpose === undefined ||
        each.purpose === purpose ||
        (purpose === undefined && each.status === 'withdrawn')),
  );
  const strictness = (each: Consent) => ORDER.indexOf(meaning(each, written.terms));
  const isPending = (each: Consent) => Number(each.status === 'pending');
  const later = (one: Consent, other: Consent) =>
    isPending(other) - isPending(one) || one.at - other.at || strictness(one) - strictness(other);
  const lastOfEach = ['crm', 'shop', 'app'].flatMap((source) =>
    said
      .filter((each) => each.source === source)
      .sort(later)
      .slice(-1),
  );
  const latest = [...lastOfEach].sort(later).slice(-1);
  const strictest = [...lastOfEach].sort((one, other) => strictness(one) - strictness(other)).slice(-1);
  const [binding] = written.sources === 'latest' ? latest : strictest;
  const state = binding === undefined ? 'nothing' : meaning(binding, written.terms);
  if (state === 'outdated') return 'consent-outdated';
  const allowed = written.require === 'opt-in' ? ['granted'] : ['granted', 'pending', 'nothing'];
  return allowed.includes(state) ? 'cleared' : 'no-consent';
}

// What is generated.

const purpose = fc.constantFrom('news', 'offers');
const statement: fc.Arbitrary<Consent> = fc.record(
  {
    status: fc.constantFrom('granted' as const, 'pending' as const, 'withdrawn' as const),
    at: fc.integer({ min: 1, max: 4 }),
    source: fc.constantFrom('crm', 'shop', 'app'),
    channel: fc.constantFrom('email', 'E-Mail', 'sms'),
    purpose,
    terms: fc.constantFrom('v1', 'v2', 'v3'),
  },
  { requiredKeys: ['status', 'at', 'source'] },
);
const written: fc.Arbitrary<Written> = fc.record(
  {
    require: fc.constantFrom('opt-in' as const, 'opt-out' as const),
    purpose,
    terms: fc.subarray(['v1', 'v2'], { minLength: 1 }),
    sources: fc.constantFrom('strictest' as const, 'latest' as const),
  },
  { requiredKeys: ['require'] },
);

test('consent goes by what binds of what was said', () => {
  fc.assert(
    fc.property(
      written,
      fc.array(statement, { maxLength: 8 }),
      fc.option(purpose, { nil: undefined }),
      (rule, consents, own) => {
        const message = own === undefined ? {} : { purpose: own };
        const finding = consent.evaluate(ruleOf(consent, rule), factsWith({ state: { consents }, message }));
        expect(finding?.reason).toBe(reasonFor(rule, consents, own));
        expect(finding?.verdict).toBe(finding?.reason === 'cleared' ? 'allows' : 'blocks');
        expect(finding?.nextEligibleAt).toBeUndefined();
      },
    ),
    { numRuns: 2_000 },
  );
});

test('consent does not depend on the order in which statements are remembered', () => {
  fc.assert(
    fc.property(written, fc.array(statement, { maxLength: 8 }), (rule, consents) => {
      const reason = (said: readonly Consent[]) =>
        consent.evaluate(ruleOf(consent, rule), factsWith({ state: { consents: said } }))?.reason;
      expect(reason([...consents].reverse())).toBe(reason(consents));
    }),
    { numRuns: 500 },
  );
});
