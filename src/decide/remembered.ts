const NOTHING: Readonly<Record<string, string>> = Object.freeze({});

/** Only the named entries, in the order of the names; entries that are not text are left out. */
export function keepNamed(
  entries: Readonly<Record<string, string>>,
  names: readonly string[],
): Readonly<Record<string, string>> {
  if (names.length === 0) return NOTHING;
  const named = names.filter((name) => Object.hasOwn(entries, name) && typeof entries[name] === 'string');
  return Object.fromEntries(named.map((name) => [name, entries[name] as string]));
}
