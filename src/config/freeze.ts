import { Secret } from './secret.ts';

/** The same value, which can no longer be changed at any depth. Secrets keep what they hold. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Secret) return value;
  for (const child of Object.values(value)) deepFreeze(child);
  return Object.freeze(value);
}
