export const SCOPE_FIELDS = ['channel', 'class', 'category', 'campaign', 'sender', 'topic'] as const;
export type ScopeField = (typeof SCOPE_FIELDS)[number];

/** Field by field what is meant: every field must match, by any of its values. Empty = everything. */
export type Scope = Readonly<Partial<Record<ScopeField, readonly string[]>>>;

/** In a line: `everything`, or `campaign=c-1,c-2 channel=push`. */
export function scopeText(scope: Scope): string {
  const fields = Object.entries(scope).map(([field, values]) => `${field}=${values.join(',')}`);
  return fields.length === 0 ? 'everything' : fields.join(' ');
}
