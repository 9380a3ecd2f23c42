/** One value, or any of a list. */
export type Some = string | readonly string[];

/** A policy as its YAML gives it, nothing filled in. Where it says a number or a length of time, there may be one by tier. */
export interface WrittenPolicy {
  readonly apiVersion: 'tact/v1';
  readonly name: string;
  readonly enforce: boolean;
  readonly timezone?: string;
  readonly channels: Readonly<Record<string, { readonly aliases?: readonly string[] } | null>>;
  readonly classes: Readonly<Record<string, WrittenClass | null>>;
  readonly tiers?: readonly WrittenTier[];
  readonly rules: readonly WrittenRule[];
  readonly ceiling?: WrittenCeiling;
}

export interface WrittenClass {
  readonly default?: boolean;
  readonly rank?: number;
  readonly claimedBy?: { readonly senders?: readonly string[]; readonly topics?: readonly string[] };
  readonly exempt?: readonly string[];
  readonly maxAge?: string;
  readonly confirmsOptOut?: string;
}

export interface WrittenTier {
  readonly id: string;
  readonly when?: WrittenWhen;
  readonly hold?: string;
}

export type Age = { readonly within: string } | { readonly before: string };
export interface Bounds {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** All parts must hold; `attribute:x` beside them. */
export interface WrittenWhen {
  readonly firstSeen?: Age;
  readonly lastEngaged?: Age;
  readonly responses?: Bounds & { readonly within: string; readonly types?: Some };
  readonly contacts?: Bounds & { readonly within?: string };
  readonly unanswered?: Bounds;
  readonly interest?: { readonly within: string };
  readonly any?: readonly WrittenWhen[];
  readonly not?: WrittenWhen;
  readonly [attribute: `attribute:${string}`]: Some | { readonly not: Some };
}

/** Fields, `label:x`, `attribute:x`, `any` and `not`. */
export interface WrittenSelector {
  readonly [key: string]: Some | { readonly not: Some } | WrittenSelector | readonly WrittenSelector[];
}

export interface WrittenRule {
  readonly id: string;
  readonly for?: WrittenSelector;
  readonly counts?: WrittenSelector;
  readonly mode?: 'enforce' | 'shadow';
  readonly onBlock?:
    | 'suppress'
    | 'defer'
    | { readonly defer: { readonly spread?: string; readonly longest?: string } };
  readonly replaces?: readonly string[];
  readonly cap?: WrittenCap;
  readonly gap?: string | WrittenGap;
  readonly consent?: WrittenConsent;
  readonly expiry?: { readonly maxAge: string };
  readonly duplicate?: { readonly by?: 'message' | 'campaign' | 'fingerprint'; readonly within?: string };
  readonly preference?: WrittenPreference;
  readonly quietHours?: WrittenQuietHours;
  readonly unanswered?: WrittenUnanswered;
  readonly after?: WrittenAfter;
}

export type WrittenWindow =
  | string
  | {
      readonly calendar: 'minute' | 'hour' | 'day' | 'week' | 'month';
      readonly units?: number;
      readonly zone?: string;
      readonly weekStart?: string;
    }
  | { readonly days: number; readonly anchor: string; readonly zone?: string }
  | { readonly from: 'first-send'; readonly length: string };

export interface WrittenCap {
  readonly limit: number;
  readonly window: WrittenWindow;
  readonly per?: readonly string[];
  readonly count?: 'sends' | 'dispatches';
  readonly weights?: readonly { readonly for: WrittenSelector; readonly weight: number }[];
  readonly reserve?: { readonly class: Some; readonly slots: number; readonly releaseBefore?: string };
  readonly releaseOn?: Some;
  readonly mayRaiseTo?: number;
}

export interface WrittenCeiling {
  readonly limit: number;
  readonly window: WrittenWindow;
  readonly except?: readonly string[];
  readonly counts?: WrittenSelector;
}

export interface WrittenGap {
  readonly wait: string;
  readonly per?: readonly string[];
  readonly count?: 'dispatches';
}

export interface WrittenConsent {
  readonly require: 'opt-in' | 'opt-out';
  readonly purpose?: string;
  readonly terms?: Some;
  readonly sources?: 'strictest' | 'latest';
}

export interface WrittenPreference {
  readonly topics?: boolean;
  readonly limits?: boolean;
  readonly pauses?: boolean;
  readonly times?: boolean;
}

export interface WrittenSpan {
  readonly from?: string;
  readonly to?: string;
  readonly days?: readonly string[];
}

export interface WrittenQuietHours {
  readonly from?: string;
  readonly to?: string;
  readonly denied?: readonly WrittenSpan[];
  readonly allowed?: readonly WrittenSpan[];
  readonly set?: 'us' | 'us-states';
  readonly holidays?: readonly string[];
  readonly zone?: string;
  readonly unknownZone?: 'strict' | 'assume' | 'ignore';
  readonly country?: string;
  readonly region?: string;
  readonly doNotDisturb?: boolean;
  readonly waivedBy?: string;
}

export interface WrittenUnanswered {
  readonly messages: number;
  readonly within?: string;
  readonly answers?: readonly string[];
  readonly per?: readonly string[];
  readonly pause?: string;
  readonly limit?: number;
  readonly window?: string;
}

export interface WrittenAfter {
  readonly interaction?: Some;
  readonly where?: WrittenSelector;
  readonly cleared?: WrittenSelector;
  readonly count?: number;
  readonly within?: string;
  readonly inARow?: boolean;
  readonly until?: Some;
  readonly match?: Some;
  readonly depth?: number;
  readonly suppress: string | { readonly days: number; readonly zone?: string };
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** So long sends are remembered; one of exactly that age is not. */
export const REMEMBERED = 35 * DAY;

/** `90s`, `4h`, `7d`, `2w` in milliseconds. */
export function ms(text: string): number {
  const units: Record<string, number> = { ms: 1, s: 1_000, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };
  const unit = text.replace(/^\d+/, '');
  const size = units[unit];
  if (size === undefined) throw new Error(`not a duration: ${text}`);
  return Number.parseInt(text, 10) * size;
}

export function listOf(some: Some | undefined): readonly string[] {
  if (some === undefined) return [];
  return typeof some === 'string' ? [some] : some;
}

/** What ends a row of an `inARow` rule, besides its triggers: an answer, and an arrival where it waits for failures. */
export function breaking({ interaction }: WrittenAfter): readonly string[] {
  const isFailure = listOf(interaction).some((type) =>
    ['bounced', 'failed', 'expired', 'rejected'].includes(type),
  );
  const answers = ['clicked', 'replied', 'visited', 'purchased'];
  return isFailure ? [...answers, 'delivered'] : answers;
}

/**
 * What is written, as it is for customers of this tier: any number or length of time may be written once for each tier,
 * `other` for those that are not named.
 */
export function inTier<Written>(
  written: Written,
  tier: string | undefined,
  tiers: readonly string[],
): Written {
  if (typeof written !== 'object' || written === null) return written;
  if (Array.isArray(written)) return written.map((each) => inTier(each, tier, tiers)) as Written;
  const names = Object.keys(written);
  const parts = written as Readonly<Record<string, unknown>>;
  if (names.length > 0 && names.every((name) => name === 'other' || tiers.includes(name))) {
    const own = tier !== undefined && names.includes(tier) ? parts[tier] : parts.other;
    return inTier(own, tier, tiers) as Written;
  }
  return Object.fromEntries(names.map((name) => [name, inTier(parts[name], tier, tiers)])) as Written;
}
