import { formatPath } from '../kernel/path.ts';
import type { Override } from './environment.ts';
import type { Refusal } from './issues.ts';
import type { ConfigProblem, Place } from './problem.ts';
import type { ConfigSource } from './source.ts';

type Path = readonly PropertyKey[];

/** Whether the environment set the field, or a section that it is in. */
export function isOverridden(path: Path, overrides: readonly Override[]): boolean {
  return overrides.some(({ field }) => startsWith(path, field.path));
}

/** Says of a refusal where it was written: the variable if the environment set the value, else the place in the file. */
export function placeRefusal(
  refusal: Refusal,
  source: ConfigSource,
  overrides: readonly Override[],
): ConfigProblem {
  const { path, message } = refusal;
  return { level: 'error', path: formatPath(path), message, place: placeOf(refusal, source, overrides) };
}

function placeOf(
  { path, unknownKey }: Refusal,
  { document }: ConfigSource,
  overrides: readonly Override[],
): Place {
  const exact = overrides.find(({ field }) => startsWith(path, field.path));
  if (exact) return { kind: 'environment', variable: exact.field.variable };
  if (document?.has(path)) return document.placeOf(path, { atKey: unknownKey === true });
  // A section that exists only because a variable set a part of it.
  const below = overrides.find(({ field }) => startsWith(field.path, path));
  if (below) return { kind: 'environment', variable: below.field.variable };
  return document?.placeOf(path) ?? { kind: 'nowhere' };
}

function startsWith(path: Path, start: Path): boolean {
  return start.length <= path.length && start.every((part, index) => part === path[index]);
}

/** In the order of the file, then what was written elsewhere. */
export function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const rank = ({ place }: ConfigProblem): number =>
    place.kind === 'file' ? place.line * 10_000 + place.column : Number.POSITIVE_INFINITY;
  return [...problems].sort((one, other) => {
    const [first, second] = [rank(one), rank(other)];
    return first === second ? 0 : first - second;
  });
}
