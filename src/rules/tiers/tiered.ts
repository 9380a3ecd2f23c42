import { z } from 'zod';
import { suggest } from '../../kernel/suggest.ts';

/** The tier that stands for all that are not written. */
export const OTHER_TIERS = 'other';

/** One value for everybody, or one for each tier. */
export type Tiered<Value> =
  | { readonly kind: 'same'; readonly value: Value }
  /** Without a prototype; every tier of the policy is in it, or `other` is. */
  | { readonly kind: 'by-tier'; readonly values: Readonly<Record<string, Value>> };

export function same<Value>(value: Value): Tiered<Value> {
  return { kind: 'same', value };
}

/** The value for customers of this tier. */
export function valueFor<Value>(tiered: Tiered<Value>, tier: string | undefined): Value {
  if (tiered.kind === 'same') return tiered.value;
  // The policy was refused unless every tier, or the others, has a value.
  return (tiered.values[tier ?? OTHER_TIERS] ?? tiered.values[OTHER_TIERS]) as Value;
}

/** All values that may hold. */
export function valuesOf<Value>(tiered: Tiered<Value>): readonly Value[] {
  return tiered.kind === 'same' ? [tiered.value] : Object.values(tiered.values);
}

/** The same, with other values. */
export function mapTiered<From, To>(tiered: Tiered<From>, to: (value: From) => To): Tiered<To> {
  if (tiered.kind === 'same') return same(to(tiered.value));
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
