import type { OutboundMessage } from '../../src/model/message.ts';
import { askCap, askDuplicate, askExpiry, askGap } from './counting.ts';
import type { History } from './history.ts';
import { isObjecting } from './opt-outs.ts';
import { askQuietHours } from './quiet.ts';
import { askAfter, askUnanswered } from './reactions.ts';
import { defaultClass, isCancelled, remember } from './remembered.ts';
import { channelNamed, selects } from './select.ts';
import { nextTierChange, tierAt } from './tiers.ts';
import { NEVER, nextAllowed, type Question, type Saying, type View } from './view.ts';
import { askConsent, askOptOuts, askPreference } from './wishes.ts';
import { DAY, inTier, ms, type WrittenPolicy, type WrittenRule } from './written.ts';

/** What a whole policy says about one message of a customer with this history. */
export interface Answer {
  readonly outcome: 'cleared' | 'suppressed' | 'deferred';
  readonly verdict: 'cleared' | 'suppressed' | 'deferred';
  /** Any of these is right. */
  readonly reasons: readonly string[];
  readonly rule: string | undefined;
  readonly nextEligibleAt: number | undefined;
  /** The earliest and the latest time at which a deferred message may be decided again. */
  readonly due: readonly [earliest: number, latest: number] | undefined;
  readonly tier: string | undefined;
  readonly channel: string;
  readonly class: string;
  readonly claimRefused: string | undefined;
  /** Of the rules of the policy and the ceiling; of what binds without a rule, only what blocks. */
  readonly findings: readonly Found[];
}

export interface Found {
  readonly rule: string;
  readonly blocks: boolean;
  readonly shadow: boolean;
  readonly says: readonly Saying[];
  /** NEVER where it never allows. */
  readonly next: number | undefined;
  readonly defers: { readonly spread: number; readonly longest: number } | undefined;
}

export interface Asking {
  readonly source: string;
  readonly now: number;
  /** When it was deferred for the first time. */
  readonly since: number;
}

/** What a message may wait where a rule does not say. */
const WAIT_MAX = 30 * DAY;

/** The policy is asked again at the next eligible time so often at most. */
const ROUNDS = 200;

export function answer(
  policy: WrittenPolicy,
  history: History,
  message: OutboundMessage,
  asking: Asking,
): Answer {
  const view = viewOf(policy, history, message, asking);
  const findings = findingsAt(view);
  const blocking = findings.filter(({ blocks, shadow }) => blocks && !shadow);
  const binding = bindingOf(blocking);
  const settling = blocking.length === 0 ? undefined : settled(view, blocking);
  const nextEligibleAt = settling?.at;
  const verdict = verdictOf(blocking, nextEligibleAt, asking.since);
  return {
    outcome: policy.enforce ? verdict : 'cleared',
    verdict,
    reasons: binding === undefined ? ['cleared'] : binding.says.map(({ reason }) => reason),
    rule:
      policy.rules.some(({ id }) => id === binding?.rule) || binding?.rule === 'ceiling'
        ? binding?.rule
        : undefined,
    nextEligibleAt,
    due: verdict === 'deferred' ? dueOf(blocking, settling as Settled, asking.since) : undefined,
    ...{ tier: view.tier, channel: view.message.channel, class: view.message.class, findings },
    claimRefused:
      message.class === undefined || message.class === view.message.class ? undefined : message.class,
  };
}

function viewOf(policy: WrittenPolicy, history: History, message: OutboundMessage, asking: Asking): View {
  const { now, source } = asking;
  const known = remember(policy, history);
  known.firstSeenAt ??= now;
  const channel = channelNamed(policy, message.channel) ?? 'unknown';
  const view = {
    policy,
    known,
    source,
    now,
    message: { ...message, channel, class: classOf(policy, message) },
  };
  return { ...view, tier: tierAt(view) };
}

function classOf(policy: WrittenPolicy, message: OutboundMessage): string {
  const named = message.class;
  if (named === undefined || !Object.hasOwn(policy.classes, named)) return defaultClass(policy);
  const { claimedBy } = policy.classes[named] ?? {};
  if (claimedBy === undefined) return named;
  const { senders = [], topics = [] } = claimedBy;
  const may =
    (message.sender !== undefined && senders.includes(message.sender)) ||
    topics.includes(message.sourceTopic);
  return may ? named : defaultClass(policy);
}

const KINDS = {
  ...{ cap: askCap, gap: askGap, consent: askConsent, expiry: askExpiry, duplicate: askDuplicate },
  ...{ preference: askPreference, quietHours: askQuietHours, unanswered: askUnanswered, after: askAfter },
};
type Kind = keyof typeof KINDS;

const EXEMPTIONS: Record<Kind, string | undefined> = {
  ...{ cap: 'caps', gap: 'gap', consent: 'consent', expiry: undefined, duplicate: 'duplicate' },
  ...{ preference: 'preference', quietHours: 'quiet-hours', unanswered: 'unanswered', after: 'after' },
};

function kindOf(rule: WrittenRule): Kind {
  const kind = (Object.keys(KINDS) as Kind[]).find((each) => rule[each] !== undefined);
  if (kind === undefined) throw new Error(`rule ${rule.id} is of no kind`);
  return kind;
}

function questionOf(rule: WrittenRule): Question {
  const kind = kindOf(rule);
  return (KINDS[kind] as (part: unknown, rule: WrittenRule) => Question)(rule[kind], rule);
}

/** In the order of the policy: what binds without a rule, the rules that are not replaced, the ceiling. */
function findingsAt(view: View): Found[] {
  const found: Found[] = [];
  for (const [name, question] of unruled(view)) {
    const finding = findingOf({ id: name }, question, view);
    if (finding?.blocks === true) found.push(finding);
  }
  for (const rule of rulesAt(view)) {
    const finding =
      obeys(rule, view) && !isReplaced(rule, view) ? findingOf(rule, questionOf(rule), view) : undefined;
    if (finding !== undefined) found.push(finding);
  }
  const highest = ceilingAt(view);
  return highest === undefined ? found : [...found, highest];
}

function ceilingAt(view: View): Found | undefined {
  const ceiling = view.policy.ceiling && inTier(view.policy.ceiling, numbersOf(view), tiersOf(view));
  if (ceiling === undefined || ceiling.except?.includes(view.message.class) === true) return undefined;
  const { limit, window, counts } = ceiling;
  const rule: WrittenRule = { id: 'ceiling', ...(counts !== undefined && { counts }) };
  const finding = findingOf(rule, askCap({ limit, window }, rule), view);
  if (finding?.blocks !== true) return finding;
  return { ...finding, says: finding.says.map((each) => ({ ...each, reason: 'ceiling-reached' })) };
}

function unruled(view: View): [name: string, question: Question][] {
  const { message, policy } = view;
  const { exempt = [], maxAge } = policy.classes[message.class] ?? {};
  const always = (blocks: (now: number) => boolean, reason: string): Question => ({
    verdictAt: ({ now }) => ({ blocks: blocks(now), says: [{ reason }] }),
    changes: () => [],
  });
  const ends = [message.expiresAt ?? NEVER, maxAge === undefined ? NEVER : message.createdAt + ms(maxAge)];
  return [
    ['channel', always(() => message.channel === 'unknown', 'unknown-channel')],
    ...(['erasure', 'complaint', 'opt-out'] as const)
      .filter((cause) => !exempt.includes(cause))
      .map((cause): [string, Question] => [cause, askOptOuts(cause)]),
    ['cancelled', always((now) => isCancelled(policy, view.known, message, now), 'cancelled')],
    ['expiry', always((now) => now >= Math.min(...ends), 'expired')],
  ];
}

function tiersOf({ policy }: View): string[] {
  return (policy.tiers ?? []).map(({ id }) => id);
}

/** The tier whose numbers hold: of who objects no tier is asked, so the one that asks for nothing. */
function numbersOf({ tier, policy }: View): string | undefined {
  return tier ?? policy.tiers?.find(({ when }) => Object.keys(when ?? {}).length === 0)?.id;
}

/** The rules as they are for customers of the view's tier. */
function rulesAt(view: View): readonly WrittenRule[] {
  const { policy, tier } = view;
  const known = RESOLVED.get(policy) ?? new Map<string | undefined, readonly WrittenRule[]>();
  RESOLVED.set(policy, known);
  const rules = known.get(tier) ?? policy.rules.map((rule) => inTier(rule, numbersOf(view), tiersOf(view)));
  known.set(tier, rules);
  return rules;
}

const RESOLVED = new WeakMap<WrittenPolicy, Map<string | undefined, readonly WrittenRule[]>>();

function obeys(rule: WrittenRule, { policy, message, known }: View): boolean {
  if (rule.unanswered !== undefined && isObjecting(known.optOuts)) return false;
  const exemption = EXEMPTIONS[kindOf(rule)];
  if (exemption !== undefined && policy.classes[message.class]?.exempt?.includes(exemption)) return false;
  return selects(rule.for ?? {}, message, known.attributes);
}

/** Whether another rule takes its place; one that is replaced itself takes nobody's. */
function isReplaced(rule: WrittenRule, view: View): boolean {
  return rulesAt(view).some(
    (other) =>
      other.replaces?.includes(rule.id) === true &&
      other.mode !== 'shadow' &&
      obeys(other, view) &&
      !isReplaced(other, view) &&
      questionOf(other).verdictAt(view) !== undefined,
  );
}

function findingOf(rule: WrittenRule, question: Question, view: View): Found | undefined {
  const verdict = question.verdictAt(view);
  if (verdict === undefined) return undefined;
  const next = verdict.blocks ? nextAllowed(question, view) : undefined;
  const { blocks, says } = verdict;
  return { rule: rule.id, blocks, says, next, shadow: rule.mode === 'shadow', defers: defersOf(rule) };
}

function defersOf({ onBlock = 'suppress' }: WrittenRule): Found['defers'] {
  if (onBlock === 'suppress') return undefined;
  const { spread = '0ms', longest } = onBlock === 'defer' ? {} : onBlock.defer;
  return { spread: ms(spread), longest: longest === undefined ? WAIT_MAX : ms(longest) };
}

/** Never before the latest, then the order of the policy. */
function bindingOf(blocking: readonly Found[]): Found | undefined {
  const latest = Math.max(...blocking.map(({ next = NEVER }) => next));
  return blocking.find(({ next = NEVER }) => next === latest);
}

interface Settled {
  readonly at: number;
  /** All that blocked at one of the instants at which was asked. */
  readonly met: readonly Found[];
  /** As it is seen then. */
  readonly view: View;
}

/** When nothing blocks: what blocks longest is waited for, or until the tier is another one, again and again. */
function settled(view: View, blocking: readonly Found[]): Settled | undefined {
  let blockers = blocking;
  const met = [...blocking];
  let then = heldFromNowOn(view);
  for (let round = 0; round < ROUNDS; round++) {
    if (blockers.some(({ rule, next }) => next === NEVER && !isByTier(rule, view.policy))) return undefined;
    const latest = Math.max(...blockers.map(({ next = NEVER }) => next));
    const now = Math.min(latest, nextTierChange(then, latest));
    if (now === NEVER) return undefined;
    then = { ...then, now, tier: tierAt({ ...then, now }) };
    blockers = findingsAt(then).filter(({ blocks, shadow }) => blocks && !shadow);
    if (blockers.length === 0) return { at: now, met, view: then };
    met.push(...blockers);
  }
  return undefined;
}

/** The tier of this very decision is the one that is held. */
function heldFromNowOn(view: View): View {
  const { tier: id, now, known } = view;
  if (id === undefined || known.tier?.id === id) return view;
  return { ...view, known: { ...known, tier: { id, since: now } } };
}

/** Whether another tier may bring what the rule never allows in this one. */
function isByTier(id: string, { rules, tiers = [] }: WrittenPolicy): boolean {
  const text = JSON.stringify(rules.find((rule) => rule.id === id) ?? {});
  return [...tiers.map((tier) => tier.id), 'other'].some((tier) => text.includes(`"${tier}":`));
}

function verdictOf(blocking: readonly Found[], next: number | undefined, since: number): Answer['verdict'] {
  if (blocking.length === 0) return 'cleared';
  if (next === undefined) return 'suppressed';
  return blocking.every(({ defers }) => defers !== undefined && next <= since + defers.longest)
    ? 'deferred'
    : 'suppressed';
}

/** Spread over so long after the next eligible time, before the message is too old and has waited too long. */
function dueOf(
  blocking: readonly Found[],
  { at: next, met, view }: Settled,
  since: number,
): readonly [number, number] {
  const spread = Math.max(...met.map(({ defers }) => defers?.spread ?? 0));
  const patience = Math.min(...blocking.map(({ defers }) => defers?.longest ?? NEVER));
  return [next, Math.min(next + spread, deadlineOf(view) - 1, since + patience)];
}

function deadlineOf(view: View): number {
  const { message, policy } = view;
  const maxAge = policy.classes[message.class]?.maxAge;
  const rules = rulesAt(view).filter(
    (rule) =>
      rule.expiry !== undefined && rule.mode !== 'shadow' && obeys(rule, view) && !isReplaced(rule, view),
  );
  const ages = [
    ...(maxAge === undefined ? [] : [maxAge]),
    ...rules.map(({ expiry }) => expiry?.maxAge as string),
  ];
  return Math.min(message.expiresAt ?? NEVER, ...ages.map((age) => message.createdAt + ms(age)));
}
