import fc from 'fast-check';
import type {
  WrittenClass,
  WrittenPolicy,
  WrittenRule,
  WrittenTier,
  WrittenWhen,
} from '../../oracle/written.ts';
import { CHANNELS, maybe, oneOrTwo, parts, seldom, some, ZONES } from './choices.ts';
import { byTier, partFor, short, span } from './rule-arbitraries.ts';

const age = fc.oneof(
  span.map((within) => ({ within })),
  span.map((before) => ({ before })),
);
const bounds = fc.oneof(
  some(1, 2, 3).map((atLeast) => ({ atLeast })),
  some(0, 1, 2).map((atMost) => ({ atMost })),
);

function conditionWith(interest: boolean): fc.Arbitrary<WrittenWhen> {
  return fc.oneof(
    age.map((firstSeen) => ({ firstSeen })),
    age.map((lastEngaged) => ({ lastEngaged })),
    fc
      .tuple(bounds, span, seldom(oneOrTwo('purchased', 'x-visit', 'clicked')))
      .map(([bound, within, types]) => ({
        responses: { ...bound, within, ...(types !== undefined && { types }) },
      })),
    fc
      .tuple(bounds, maybe(span))
      .map(([bound, within]) => ({ contacts: { ...bound, ...(within !== undefined && { within }) } })),
    bounds.map((unanswered) => ({ unanswered })),
    some<WrittenWhen>({ 'attribute:vip': 'yes' }, { 'attribute:vip': { not: 'yes' } }),
    ...(interest ? [span.map((within) => ({ interest: { within } }))] : []),
  );
}

const tiers: fc.Arbitrary<WrittenTier[]> = fc.boolean().chain((interest) => {
  const simple = conditionWith(interest);
  const when = fc.oneof(
    { weight: 4, arbitrary: simple },
    fc.tuple(simple, simple).map(([one, other]) => ({ ...one, ...other })),
    fc.array(simple, { minLength: 1, maxLength: 2 }).map((any) => ({ any })),
    simple.map((not) => ({ not })),
  );
  const hold = interest ? fc.constant(undefined) : seldom(some('1d', '7d'));
  return fc
    .tuple(fc.array(fc.record({ when, hold }), { minLength: 1, maxLength: 2 }), fc.boolean())
    .map(([written, rest]) => [
      ...written.map(({ when: each, hold: held }, i) => ({
        id: `t${i}`,
        when: each,
        ...(held !== undefined && { hold: held }),
      })),
      ...(rest ? [{ id: 'rest' }] : []),
    ]);
});

const EXEMPT = [
  'opt-out',
  'complaint',
  'erasure',
  'consent',
  'preference',
  'caps',
  'gap',
  'quiet-hours',
  'unanswered',
  'after',
  'duplicate',
  'history',
];
const classes = fc.record({
  marketing: parts<WrittenClass>({
    default: some(true),
    maxAge: seldom(some('1d', '3d', '14d')),
    rank: seldom(some(1)),
  }),
  service: parts<WrittenClass>({ rank: seldom(some(2)), confirmsOptOut: seldom(some('1h', '1d')) }),
  security: parts<WrittenClass>({
    claimedBy: some({ senders: ['login'] }, { topics: ['auth'], senders: ['login'] }),
    exempt: fc.oneof(fc.constant(EXEMPT), fc.subarray(EXEMPT)),
  }),
});

const DEFERRABLE = ['cap', 'gap', 'preference', 'quietHours', 'unanswered', 'after', 'duplicate'] as const;
const onBlock = (tiers: readonly string[]): fc.Arbitrary<WrittenRule['onBlock']> =>
  fc.oneof(
    { weight: 3, arbitrary: some<WrittenRule['onBlock']>('defer', undefined, 'suppress') },
    parts<{ spread?: string; longest?: string }>({
      spread: seldom(byTier(some('15m', '1h'), tiers)),
      longest: seldom(byTier(fc.oneof(short, some('7d')), tiers)),
    }).map((defer) => ({ defer })),
  );

function mayDefer(rule: Partial<WrittenRule>): boolean {
  if (rule.duplicate !== undefined) return rule.duplicate.within !== undefined;
  return DEFERRABLE.some((kind) => rule[kind] !== undefined);
}

/** Rules may give way to those that were made before them, so that there is no circle; then they are shuffled. */
function rulesFor(tierIds: readonly string[]): fc.Arbitrary<WrittenRule[]> {
  const rule = fc.record({
    part: partFor(tierIds),
    shadow: seldom(some('shadow' as const)),
    block: onBlock(tierIds),
    gives: maybe(fc.nat(4)),
    seldom: fc.nat(4),
  });
  return fc
    .array(rule, { minLength: 1, maxLength: 5 })
    .map((made) =>
      made.map(({ part, shadow, block, gives, seldom: often }, i): WrittenRule => {
        const replaces = often === 0 && gives !== undefined && gives < i ? [`r${gives}`] : undefined;
        return {
          id: `r${i}`,
          ...part,
          ...(shadow !== undefined && often < 3 && { mode: shadow }),
          ...(block !== undefined && mayDefer(part) && { onBlock: block }),
          ...(replaces !== undefined && { replaces }),
        };
      }),
    )
    .chain((rules) => fc.shuffledSubarray(rules, { minLength: rules.length }));
}

function idsOf({ tiers: made = [] }: { readonly tiers?: readonly WrittenTier[] | undefined }): string[] {
  return made.map(({ id }) => id);
}

/** Policies that are valid, of every kind of rule. */
export const policyArbitrary: fc.Arbitrary<WrittenPolicy> = policyOf(seldom(tiers));
/** Those among them that tell customers apart by what they did. */
export const tieredPolicyArbitrary: fc.Arbitrary<WrittenPolicy> = policyOf(tiers);

function policyOf(written: fc.Arbitrary<WrittenTier[] | undefined>): fc.Arbitrary<WrittenPolicy> {
  return fc
    .record({
      tiers: written,
      enforce: fc.nat(9).map((n) => n > 0),
      timezone: maybe(some(...ZONES)),
      classes,
    })
    .chain((head) =>
      fc.record({
        head: fc.constant(head),
        rules: rulesFor(idsOf(head)),
        ceiling: seldom(
          parts<NonNullable<WrittenPolicy['ceiling']>>({
            limit: byTier(some(2, 3, 5), idsOf(head)),
            window: byTier(fc.oneof(span, some({ calendar: 'day' as const })), idsOf(head)),
            except: seldom(some(['security'])),
            counts: seldom(some({ channel: ['email', 'sms'] })),
          }),
        ),
      }),
    )
    .map(({ head: { tiers: written, timezone, ...head }, rules, ceiling }) => ({
      apiVersion: 'tact/v1',
      name: 'made',
      ...head,
      ...(timezone !== undefined && { timezone }),
      channels: { email: { aliases: ['E-Mail'] }, [CHANNELS[1] as string]: null, push: {} },
      ...(written !== undefined && { tiers: written }),
      rules,
      ...(ceiling !== undefined && { ceiling }),
    }));
}
