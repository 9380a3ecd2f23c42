import type { z } from 'zod';
import { RULE_KINDS } from '../rules/kinds.ts';
import { OTHER_TIERS } from '../rules/tiers/tiered.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Complaint, Path } from './problem.ts';
import { at, isMapping, keysOf, listOf, type Mapping } from './raw.ts';
import { LISTED_KINDS, onBlockSchema } from './schema.ts';

/** The tiers of a policy, and whether every customer is in one of them. */
interface Declared {
  readonly ids: readonly string[];
  readonly complete: boolean;
}

/** What is wrong with numbers that differ by tier: tiers that do not exist, and those without a number. */
export function complaintsAboutTierMaps(written: Mapping): Complaint[] {
  const declared = declaredTiers(written.tiers);
  const parts: Part[] = listOf(written.rules).flatMap((rule, i) => [
    ...LISTED_KINDS.map((kind) => ({
      part: at(rule, kind),
      path: ['rules', i, kind],
      schema: RULE_KINDS[kind].schema,
    })),
    { part: at(rule, 'onBlock'), path: ['rules', i, 'onBlock'], schema: onBlockSchema },
  ]);
  parts.push({ part: written.ceiling, path: ['ceiling'], schema: RULE_KINDS.ceiling.schema });
  return parts.flatMap((each) => [...complaintsAboutPart(each, declared)]);
}

/** What may have numbers that differ by tier, and where it is written. */
interface Part {
  readonly part: unknown;
  readonly path: Path;
  readonly schema: z.ZodType;
}

function* complaintsAboutPart({ part, path, schema }: Part, declared: Declared): Generator<Complaint> {
  if (part === undefined) return;
  // A part that cannot be read is complained about by itself.
  const { data } = schema.safeParse(part);
  for (const [names, inner] of tierMapsIn(data, [])) {
    yield* aboutTierMap(names, [...path, ...within(part, inner)], declared);
  }
}

function declaredTiers(tiers: unknown): Declared {
  const list = listOf(tiers);
  const ids = list.map((tier) => at(tier, 'id')).filter((id) => typeof id === 'string');
  return {
    ids: [...new Set(ids)].filter((id) => id !== OTHER_TIERS),
    complete: list.some((tier) => keysOf(at(tier, 'when')).length === 0),
  };
}

/** Every value that differs by tier, as the rule's part has it when it has been read. */
function* tierMapsIn(read: unknown, path: Path): Generator<[names: readonly string[], path: Path]> {
  for (const [i, each] of listOf(read).entries()) yield* tierMapsIn(each, [...path, i]);
  if (!isMapping(read)) return;
  if (read.kind === 'by-tier') yield [keysOf(read.values), path];
  else for (const [key, value] of Object.entries(read)) yield* tierMapsIn(value, [...path, key]);
}

/** As much of the path as there is in what was written: what was read may be nested deeper. */
function within(part: unknown, path: Path): Path {
  const [step, ...rest] = path;
  if (step === undefined) return [];
  const next = typeof step === 'number' ? listOf(part)[step] : at(part, step);
  return next === undefined ? [] : [step, ...within(next, rest)];
}

function* aboutTierMap(
  names: readonly string[],
  path: Path,
  { ids, complete }: Declared,
): Generator<Complaint> {
  for (const name of names) {
    if (name === OTHER_TIERS || ids.includes(name)) continue;
    const hint = didYouMean(name, ids) ?? `the policy declares ${ids.join(', ') || 'none'}`;
    yield {
      code: 'unknown-name',
      path: [...path, name],
      at: 'key',
      message: `there is no tier ${name}`,
      hint,
    };
  }
  if (names.includes(OTHER_TIERS)) return;
  const missing = [...ids.filter((id) => !names.includes(id)), ...(complete ? [] : [OTHER_TIERS])];
  if (missing.length === 0) return;
  const hint = `${OTHER_TIERS} stands for all tiers that are not written, and for customers in none`;
  yield { code: 'missing', path, message: `no value for ${missing.join(', ')}`, hint };
}
