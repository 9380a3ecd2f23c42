import { SCOPE_FIELDS } from '../model/scope.ts';

/** How the value of one of our fields is understood. */
export type FieldKind =
  | 'customer'
  | 'text'
  | 'list'
  | 'past-instant'
  | 'instant'
  | 'number'
  | 'flag'
  | 'entries'
  | 'scope'
  | 'preferences';

/** Our fields of a message, as `map` names them and as a record without a map has them. */
export const OUTBOUND_FIELDS = {
  messageId: 'text',
  customerId: 'customer',
  channel: 'text',
  class: 'text',
  campaignId: 'text',
  dispatchId: 'text',
  categories: 'list',
  products: 'list',
  topics: 'list',
  sender: 'text',
  purpose: 'text',
  fingerprint: 'text',
  createdAt: 'past-instant',
  expiresAt: 'instant',
  rank: 'number',
  place: 'text',
  labels: 'entries',
} as const satisfies Record<string, FieldKind>;

/** Our fields of an interaction. */
export const INTERACTION_FIELDS = {
  interactionId: 'text',
  customerId: 'customer',
  type: 'text',
  occurredAt: 'past-instant',
  source: 'text',
  channel: 'text',
  purpose: 'text',
  messageId: 'text',
  class: 'text',
  campaignId: 'text',
  categories: 'list',
  products: 'list',
  scope: 'scope',
  until: 'instant',
  terms: 'text',
  automated: 'flag',
  preferences: 'preferences',
  timezone: 'text',
  attributes: 'entries',
  labels: 'entries',
} as const satisfies Record<string, FieldKind>;

export type InputKind = 'outbound' | 'interaction';

/** One of our fields, or one entry of a field that has entries: `labels.brand`. */
export interface FieldTarget {
  readonly field: string;
  readonly kind: FieldKind;
  readonly entry?: string;
}

/** Our fields of this kind of input, with the way each is understood. */
export function fieldsOf(kind: InputKind): Readonly<Record<string, FieldKind>> {
  return kind === 'outbound' ? OUTBOUND_FIELDS : INTERACTION_FIELDS;
}

/** What a name on the left side of a `map` stands for; undefined when it stands for nothing. */
export function fieldTarget(kind: InputKind, name: string): FieldTarget | undefined {
  const fields = fieldsOf(kind);
  const whole = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (whole) return { field: name, kind: whole };
  const dot = name.indexOf('.');
  const field = name.slice(0, dot);
  const entry = name.slice(dot + 1);
  const parent = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (dot < 1 || entry === '') return undefined;
  if (parent === 'entries') return { field, kind: 'entries', entry };
  if (parent === 'scope' && isScopeField(entry)) return { field, kind: 'scope', entry };
  return undefined;
}

/** Whether a text names a field that an opt-out may be limited to. */
export function isScopeField(name: string): boolean {
  return (SCOPE_FIELDS as readonly string[]).includes(name);
}
