/** A mapping as it is read, before anything is known about its shape. */
export type Mapping = Readonly<Record<string, unknown>>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The keys of a mapping; none of anything else. */
export function keysOf(value: unknown): readonly string[] {
  return isMapping(value) ? Object.keys(value) : [];
}

/** The entries of a list; none of anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What a mapping holds under the key itself; undefined for anything else. */
export function at(value: unknown, key: string): unknown {
  return isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
