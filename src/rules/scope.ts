import { SCOPE_FIELDS, type Scope } from '../model/scope.ts';
import { covers, fieldHasOneOf, type Subject } from '../model/selector.ts';
import { type ChannelNames, channelNamed } from './rule-kind.ts';

/** Sorted, each value once, without empty fields: equal scopes are written alike. */
export function normalizeScope(scope: Scope): Scope {
  return Object.fromEntries(
    SCOPE_FIELDS.flatMap((field) => {
      const values = scope[field] ?? [];
      return values.length === 0 ? [] : [[field, [...new Set(values)].sort()]];
    }),
  );
}

/** Whether two normalised scopes are the same. */
export function isSameScope(one: Scope, other: Scope): boolean {
  return SCOPE_FIELDS.every((field) => {
    const values = one[field] ?? [];
    const others = other[field] ?? [];
    return values.length === others.length && values.every((value, i) => value === others[i]);
  });
}

/** The values of a field, channels as the policy calls them. */
function meantBy(
  scope: Scope,
  field: (typeof SCOPE_FIELDS)[number],
  channels: ChannelNames,
): readonly string[] {
  const values = scope[field] ?? [];
  return field === 'channel' ? values.map((name) => channelNamed(channels, name) ?? name) : values;
}

/** Whether the message is within the scope. Channels go by any of their names. */
export function isWithin(scope: Scope, message: Subject, channels: ChannelNames): boolean {
  for (const field of SCOPE_FIELDS) {
    const values = scope[field];
    if (values === undefined || values.length === 0) continue;
    if (!fieldHasOneOf(field, meantBy(scope, field, channels), message)) return false;
  }
  return true;
}

/** Whether everything within the narrow scope is within the wide one. False when in doubt. Channels go by any of their names. */
export function coversScope(wide: Scope, narrow: Scope, channels: ChannelNames): boolean {
  return SCOPE_FIELDS.every((field) => {
    const values = meantBy(wide, field, channels);
    if (values.length === 0) return true;
    const asked = meantBy(narrow, field, channels);
    return (
      asked.length > 0 &&
      asked.every((value) =>
        field === 'category' ? values.some((parent) => covers(parent, value)) : values.includes(value),
      )
    );
  });
}
