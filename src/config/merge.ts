import type { Override } from './environment.ts';
import { isSection } from './fields.ts';

type Mapping = Record<string, unknown>;

/** What was written, with the environment's values over the file's. A section without content counts as absent. */
export function mergeSources(written: Readonly<Mapping>, overrides: readonly Override[]): Mapping {
  const merged = withoutEmptySections(written, []);
  for (const { field, value } of overrides) put(merged, field.path, value);
  return merged;
}

function withoutEmptySections(written: Readonly<Mapping>, path: readonly string[]): Mapping {
  const kept: Mapping = {};
  for (const [key, value] of Object.entries(written)) {
    const here = [...path, key];
    if (!isSection(here)) kept[key] = value;
    else if (isMapping(value)) kept[key] = withoutEmptySections(value, here);
    else if (value !== null) kept[key] = value;
  }
  return kept;
}

/** Sets a value, unless the file has something that is no mapping above it: that is a mistake for the schema to tell. */
function put(merged: Mapping, path: readonly string[], value: unknown): void {
  let section = merged;
  for (const part of path.slice(0, -1)) {
    const child = section[part] ?? {};
    if (!isMapping(child)) return;
    section[part] = child;
    section = child;
  }
  section[path.at(-1) as string] = value;
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
