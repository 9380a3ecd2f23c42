import { z } from 'zod';
import { suggest } from '../../kernel/suggest.ts';

/** The tier that stands for all that are not written. */
export const OTHER_TIERS = 'other';

/** One value for everybody, or one for each tier. */
export type Tiered<Value> =
  | { readonly kind: 'untiered'; readonly value: Value }
  /** Without a prototype; every tier of the policy is in it, or `other` is. */
  | { readonly kind: 'by-tier'; readonly values: Readonly<Record<string, Value>> };

/** What was written, at any depth, as it is for customers of one tier. */
export type Resolved<Written> =
  Written extends Tiered<infer Value>
    ? Resolved<Value>
    : Written extends readonly (infer Item)[]
      ? readonly Resolved<Item>[]
      : Written extends object
        ? { readonly [Key in keyof Written]: Resolved<Written[Key]> }
        : Written;

export function same<Value>(value: Value): Tiered<Value> {
  return { kind: 'untiered', value };
}

/** What was written, with the value of this tier wherever it says one for each. */
export function resolve<Written>(written: Written, tier: string): Resolved<Written> {
  return resolved(written, tier) as Resolved<Written>;
}

function resolved(part: unknown, tier: string): unknown {
  if (typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) return part.map((each) => resolved(each, tier));
  const prototype: unknown = Object.getPrototypeOf(part);
  if (prototype !== Object.prototype && prototype !== null) return part;
  const { kind, value, values } = part as {
    kind?: unknown;
    value?: unknown;
    values?: Record<string, unknown>;
  };
  if (kind === 'untiered') return resolved(value, tier);
  // The policy was refused unless every tier, or the others, has a value.
  if (kind === 'by-tier') return resolved(values?.[tier] ?? values?.[OTHER_TIERS], tier);
  const entries = Object.entries(part).map(([key, each]) => [key, resolved(each, tier)]);
  return prototype === null
    ? Object.assign(Object.create(null), Object.fromEntries(entries))
    : Object.fromEntries(entries);
}

/** Whether something that was written, at any depth, differs by tier. */
export function isTiered(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false;
  return (part as { kind?: unknown }).kind === 'by-tier' || Object.values(part).some(isTiered);
}

/** All values that may hold. */
export function valuesOf<Value>(tiered: Tiered<Value>): readonly Value[] {
  return tiered.kind === 'untiered' ? [tiered.value] : Object.values(tiered.values);
}

/** The same, with other values. */
export function mapTiered<From, To>(tiered: Tiered<From>, to: (value: From) => To): Tiered<To> {
  if (tiered.kind === 'untiered') return same(to(tiered.value));
  const entries = Object.entries(tiered.values).map(([tier, value]) => [tier, to(value)] as const);
  return byTier(Object.fromEntries(entries));
}

/** `value`, or `{ new: value, other: value }`: which tiers there are is checked where they are declared. */
export function tieredSchema<Value>(value: z.ZodType<Value>): z.ZodType<Tiered<Value>> {
  return z.union([value.transform(same), byTierSchema(value, [])]).meta({
    description: 'One value for everybody, or one for each tier: { new: 2, other: 5 }.',
  }) as unknown as z.ZodType<Tiered<Value>>;
}

/**
 * `{ new: value, other: value }` alone. The keys given belong to another way of writing: no tier goes by them, nor by
 * what looks like a slip of the pen for one of them and has no value of a tier.
 */
export function byTierSchema<Value>(
  value: z.ZodType<Value>,
  otherKeys: readonly string[],
): z.ZodType<Tiered<Value>> {
  return z
    .record(z.string(), z.unknown(), { error: 'expected a value for each tier' })
    .check(({ value: written, issues }) => {
      const isOther = (key: string) =>
        otherKeys.includes(key) ||
        (suggest(key, otherKeys) !== undefined && !value.safeParse(written[key]).success);
      const keys = Object.keys(written).filter(isOther);
      if (keys.length > 0) issues.push({ code: 'unrecognized_keys', keys, input: written });
      if (Object.keys(written).length > 0) return;
      issues.push({ code: 'custom', message: 'expected a value for each tier', input: written });
    })
    .pipe(z.record(z.string(), value))
    .transform(byTier)
    .meta({ description: 'A value for each tier; other stands for all that are not written.' });
}

function byTier<Value>(values: Record<string, Value>): Tiered<Value> {
  return {
    kind: 'by-tier',
    values: Object.assign(Object.create(null), values) as Record<string, Value>,
  };
}
