/** What a selector looks at, in a message that asks and in a send that is remembered alike. */
export interface Subject {
  readonly channel: string;
  readonly class: string;
  readonly campaignId?: string;
  readonly categories: readonly string[];
  readonly products: readonly string[];
  readonly sender?: string;
  readonly place?: string;
  readonly purpose?: string;
  readonly topics: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Every condition must hold; a selector without any selects everything. */
export type Selector = readonly Condition[];

export type Condition =
  | { readonly kind: 'field'; readonly field: SelectorField; readonly values: readonly string[] }
  | { readonly kind: 'label' | 'attribute'; readonly name: string; readonly values: readonly string[] }
  | { readonly kind: 'any'; readonly of: readonly Selector[] }
  | { readonly kind: 'not'; readonly of: Selector };

export const SELECTOR_FIELDS = [
  'channel',
  'class',
  'category',
  'campaign',
  'sender',
  'topic',
  'product',
  'place',
  'purpose',
] as const;
export type SelectorField = (typeof SELECTOR_FIELDS)[number];

/** Whether the selector selects the subject; `attributes` are the customer's. A field that is absent has no value. */
export function selects(
  selector: Selector,
  subject: Subject,
  attributes: Readonly<Record<string, string>>,
): boolean {
  for (const condition of selector) {
    if (!holds(condition, subject, attributes)) return false;
  }
  return true;
}

function holds(
  condition: Condition,
  subject: Subject,
  attributes: Readonly<Record<string, string>>,
): boolean {
  switch (condition.kind) {
    case 'field':
      return fieldHasOneOf(condition.field, condition.values, subject);
    case 'label':
      return isOneOf(subject.labels[condition.name], condition.values);
    case 'attribute':
      return isOneOf(attributes[condition.name], condition.values);
    case 'any':
      return condition.of.some((selector) => selects(selector, subject, attributes));
    case 'not':
      return !selects(condition.of, subject, attributes);
  }
}

/** Whether the subject's field has at least one of the values; a category path covers what is below it. */
export function fieldHasOneOf(field: SelectorField, values: readonly string[], subject: Subject): boolean {
  switch (field) {
    case 'channel':
      return isOneOf(subject.channel, values);
    case 'class':
      return isOneOf(subject.class, values);
    case 'campaign':
      return isOneOf(subject.campaignId, values);
    case 'sender':
      return isOneOf(subject.sender, values);
    case 'place':
      return isOneOf(subject.place, values);
    case 'purpose':
      return isOneOf(subject.purpose, values);
    case 'topic':
      return subject.topics.some((topic) => values.includes(topic));
    case 'product':
      return subject.products.some((product) => values.includes(product));
    case 'category':
      return subject.categories.some((path) => values.some((value) => covers(value, path)));
  }
}

function isOneOf(value: string | undefined, values: readonly string[]): boolean {
  // Most lists are of one, and looking through a list costs more than comparing.
  return values.length === 1 ? value === values[0] : value !== undefined && values.includes(value);
}

/** Whether `path` is `parent` or lies below it: `shoes` covers `shoes/running`, not `shoestring`. */
export function covers(parent: string, path: string): boolean {
  if (!path.startsWith(parent)) return false;
  return path.length === parent.length || path.charCodeAt(parent.length) === SLASH;
}

const SLASH = 47;

/** Every condition in the selector, those inside `any` and `not` included. */
export function* conditionsOf(selector: Selector): Generator<Condition> {
  for (const condition of selector) {
    yield condition;
    if (condition.kind === 'any') for (const each of condition.of) yield* conditionsOf(each);
    if (condition.kind === 'not') yield* conditionsOf(condition.of);
  }
}
