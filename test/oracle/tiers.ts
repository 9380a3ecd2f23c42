import { isObjecting } from './opt-outs.ts';
import type { Remembered, Send } from './remembered.ts';
import { covers, isWanted, ownValue } from './select.ts';
import { later, NEVER, sendsInLog, type View } from './view.ts';
import {
  type Age,
  type Bounds,
  listOf,
  ms,
  REMEMBERED,
  type Some,
  type WrittenTier,
  type WrittenWhen,
} from './written.ts';

const ANSWERS = ['clicked', 'replied', 'visited', 'purchased'];

/** The customer's tier for the message; undefined where the policy has no tiers, and of who objects. */
export function tierAt(view: Omit<View, 'tier'>): string | undefined {
  const { tiers = [] } = view.policy;
  if (tiers.length === 0 || isObjecting(view.known.optOuts)) return undefined;
  const fits = tiers.find(({ when }) => when === undefined || holds(when, { ...view, tier: undefined }));
  const computed = fits?.id ?? 'other';
  return staysIn(tiers, view.known, computed, view.now) ?? computed;
}

/** The first instant before `until` at which the customer has another tier; NEVER where there is none. */
export function nextTierChange(view: View, until: number): number {
  const { tiers = [] } = view.policy;
  if (tiers.length === 0 || isObjecting(view.known.optOuts)) return NEVER;
  const lengths = [...JSON.stringify(tiers).matchAll(/"(\d+(?:ms|[smhdw]))"/g)].map(([, text = '']) =>
    ms(text),
  );
  const { firstSeenAt = 0, lastEngagedAt = 0, tier, sends, happened } = view.known;
  const begins = [
    firstSeenAt,
    lastEngagedAt,
    tier?.since ?? 0,
    ...[...sends, ...happened].map(({ at }) => at),
  ];
  const changes = later(
    view,
    begins.flatMap((at) => [...lengths, REMEMBERED].map((length) => at + length)),
  );
  return changes.find((now) => now < until && tierAt({ ...view, now }) !== view.tier) ?? NEVER;
}

/** The tier of the last decision, where it holds the customer for longer. */
function staysIn(
  tiers: readonly WrittenTier[],
  { tier }: Remembered,
  computed: string,
  now: number,
): string | undefined {
  if (tier === undefined || tier.id === computed) return undefined;
  const hold = tiers.find(({ id }) => id === tier.id)?.hold;
  return hold !== undefined && now < tier.since + ms(hold) ? tier.id : undefined;
}

function holds(when: WrittenWhen, view: View): boolean {
  const { known, now } = view;
  const facts: boolean[] = [];
  if (when.firstSeen !== undefined) facts.push(isOfAge(when.firstSeen, known.firstSeenAt ?? now, now));
  if (when.lastEngaged !== undefined) facts.push(isOfAge(when.lastEngaged, known.lastEngagedAt, now));
  if (when.responses !== undefined) facts.push(hasResponded(when.responses, view));
  if (when.contacts !== undefined) {
    const { within } = when.contacts;
    const since = within === undefined ? Number.NEGATIVE_INFINITY : now - ms(within);
    facts.push(
      isBetween(when.contacts, known.sends.filter(({ at, returned }) => !returned && at > since).length),
    );
  }
  if (when.unanswered !== undefined) facts.push(isBetween(when.unanswered, unanswered(view).length));
  if (when.interest !== undefined) facts.push(isInterested(ms(when.interest.within), view));
  if (when.any !== undefined) facts.push(when.any.some((each) => holds(each, view)));
  if (when.not !== undefined) facts.push(!holds(when.not, view));
  for (const [key, wanted] of Object.entries(when)) {
    if (!key.startsWith('attribute:')) continue;
    const value = ownValue(known.attributes, key.slice('attribute:'.length));
    facts.push(isWanted(wanted as Some | { not: Some }, (each) => each === value));
  }
  return facts.every((fact) => fact);
}

function hasResponded(
  { types = ANSWERS, within, ...bounds }: NonNullable<WrittenWhen['responses']>,
  { known, now }: View,
): boolean {
  const wanted = listOf(types);
  const since = now - ms(within);
  const responses = known.happened.filter(({ type, at }) => wanted.includes(type) && at > since);
  return isBetween(bounds, responses.length);
}

/** What never happened is as old as can be. */
function isOfAge(age: Age, at: number | undefined, now: number): boolean {
  const old = at === undefined ? Number.POSITIVE_INFINITY : now - at;
  return 'within' in age ? old < ms(age.within) : old >= ms(age.before);
}

function isBetween({ atLeast = 0, atMost = Number.POSITIVE_INFINITY }: Bounds, count: number): boolean {
  return count >= atLeast && count <= atMost;
}

/** What went out since the last answer, or after the last send that was answered. */
function unanswered(view: View): Send[] {
  const log = sendsInLog(view);
  const answers = view.known.happened.filter(({ type }) => ANSWERS.includes(type));
  const answeredAt = Math.max(-1, ...answers.map(({ at }) => at));
  return log
    .slice(log.map(({ answered }) => answered).lastIndexOf(true) + 1)
    .filter(({ at }) => at > answeredAt);
}

function isInterested(within: number, { known, now, message }: View): boolean {
  return known.happened.some(
    ({ type, at, categories }) =>
      ['opened', ...ANSWERS].includes(type) &&
      at > now - within &&
      categories.some((one) => message.categories.some((other) => covers(one, other) || covers(other, one))),
  );
}
