import { suggest } from '../kernel/suggest.ts';

/** `did you mean email?` where one of the names is close to what is written; undefined otherwise. */
export function didYouMean(written: string, names: readonly string[]): string | undefined {
  const meant = suggest(written, names);
  return meant === undefined ? undefined : `did you mean ${meant}?`;
}
