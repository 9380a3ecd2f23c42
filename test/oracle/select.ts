import type { Scope } from '../../src/model/scope.ts';
import { listOf, type Some, type WrittenPolicy, type WrittenSelector } from './written.ts';

/** What is selected: a message, a send, or a thing that happened. */
export interface Subject {
  readonly channel?: string | undefined;
  readonly class?: string | undefined;
  readonly campaignId?: string | undefined;
  readonly categories?: readonly string[];
  readonly products?: readonly string[];
  readonly topics?: readonly string[];
  readonly sender?: string | undefined;
  readonly place?: string | undefined;
  readonly purpose?: string | undefined;
  readonly dispatchId?: string | undefined;
  readonly fingerprint?: string | undefined;
  readonly labels?: Readonly<Record<string, string>>;
}

type Attributes = Readonly<Record<string, string>>;

/** Whether all that is written holds for the subject. */
export function selects(written: WrittenSelector, subject: Subject, attributes: Attributes): boolean {
  return Object.entries(written).every(([key, wanted]) => {
    if (key === 'any')
      return (wanted as readonly WrittenSelector[]).some((each) => selects(each, subject, attributes));
    if (key === 'not') return !selects(wanted as WrittenSelector, subject, attributes);
    return isWanted(wanted as Some | { not: Some }, (value) => fieldHas(key, value, subject, attributes));
  });
}

/** A value or any of a list; `{ not }`: none of them. */
export function isWanted(wanted: Some | { readonly not: Some }, has: (value: string) => boolean): boolean {
  if (typeof wanted === 'object' && 'not' in wanted) return !listOf(wanted.not).some(has);
  return listOf(wanted as Some).some(has);
}

function fieldHas(field: string, value: string, subject: Subject, attributes: Attributes): boolean {
  if (field.startsWith('label:')) return ownValue(subject.labels ?? {}, field.slice(6)) === value;
  if (field.startsWith('attribute:')) return ownValue(attributes, field.slice(10)) === value;
  return valuesOf(field, subject).some((each) =>
    field === 'category' ? covers(value, each) : value === each,
  );
}

/** The value under a name that the customer's data chose. */
export function ownValue(from: Attributes, name: string): string | undefined {
  return Object.hasOwn(from, name) ? from[name] : undefined;
}

/** Every value that the subject has in a field. */
export function valuesOf(field: string, subject: Subject): readonly string[] {
  const one = (value: string | undefined) => (value === undefined ? [] : [value]);
  switch (field) {
    case 'channel':
      return one(subject.channel);
    case 'class':
      return one(subject.class);
    case 'campaign':
      return one(subject.campaignId);
    case 'category':
      return subject.categories ?? [];
    case 'product':
      return subject.products ?? [];
    case 'topic':
      return subject.topics ?? [];
    case 'sender':
      return one(subject.sender);
    case 'place':
      return one(subject.place);
    case 'purpose':
      return one(subject.purpose);
    case 'dispatch':
      return one(subject.dispatchId);
    case 'fingerprint':
      return one(subject.fingerprint);
    default:
      throw new Error(`there is no field ${field}`);
  }
}

/** A category covers itself and what is below it. */
export function covers(parent: string, path: string): boolean {
  return path === parent || path.startsWith(`${parent}/`);
}

/** The policy's channel of this name, whatever its case; undefined when there is none. */
export function channelNamed(policy: WrittenPolicy, name: string): string | undefined {
  for (const [channel, more] of Object.entries(policy.channels)) {
    const names = [channel, ...(more?.aliases ?? [])];
    if (names.some((each) => each.toLowerCase() === name.toLowerCase())) return channel;
  }
  return undefined;
}

/** Whether the subject lies within a scope: every field that has values, by any of them; channels by any name. */
export function isWithin(policy: WrittenPolicy, scope: Scope, subject: Subject): boolean {
  return Object.entries(scope).every(([field, values]) => {
    if (values.length === 0) return true;
    return values.some((value) => {
      if (field === 'channel') return (channelNamed(policy, value) ?? value) === subject.channel;
      return fieldHas(field, value, subject, {});
    });
  });
}

/** Scopes that mean the same text are the same. */
export function scopeText(scope: Scope): string {
  return JSON.stringify(Object.entries(scope).sort(([one], [other]) => (one < other ? -1 : 1)));
}
