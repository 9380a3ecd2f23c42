import { z } from 'zod';
import type { Condition, Selector, SelectorField } from '../../model/selector.ts';
import { SELECTOR_FIELDS } from '../../model/selector.ts';

/** A selector as it is written: fields, `label:` and `attribute:` entries, `any`, `not`. */
export interface WrittenSelector {
  readonly [key: string]:
    | WrittenValues
    | { readonly not: WrittenValues }
    | WrittenSelector
    | readonly WrittenSelector[];
}
type WrittenValues = string | readonly string[];

const NAMED_KEY = /^(label|attribute):(.+)$/;
const NAMED_PATTERN = '^(label|attribute):.+$';

const valuesSchema = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
/** A value, a list, or `{ not: … }`. */
export const conditionSchema = z
  .union([valuesSchema, z.strictObject({ not: valuesSchema })])
  .meta({ id: 'condition', description: 'A value, a list of values of which one suffices, or { not: … }.' });

const fieldSchemas = Object.fromEntries(SELECTOR_FIELDS.map((field) => [field, conditionSchema.optional()]));

const writtenSchema: z.ZodType<WrittenSelector, WrittenSelector> = z.lazy(() =>
  z
    .object(
      {
        ...fieldSchemas,
        any: z.array(writtenSchema).min(1).optional(),
        not: writtenSchema.optional(),
      },
      { error: 'expected a selector such as { channel: email }' },
    )
    .catchall(conditionSchema)
    .check((context) => {
      const unknown = Object.keys(context.value).filter((key) => !isSelectorKey(key));
      if (unknown.length > 0) {
        context.issues.push({ code: 'unrecognized_keys', keys: unknown, input: context.value });
      }
    })
    .meta({
      id: 'selector',
      additionalProperties: false,
      patternProperties: { [NAMED_PATTERN]: { $ref: '#/definitions/condition' } },
    }),
) as unknown as z.ZodType<WrittenSelector, WrittenSelector>;

/** The selector grammar that `for` and `counts` share. */
export const selectorSchema: z.ZodType<Selector, WrittenSelector> = writtenSchema.transform(compileSelector);

/** Whether the grammar knows the key. */
function isSelectorKey(key: string): boolean {
  return key === 'any' || key === 'not' || NAMED_KEY.test(key) || isField(key);
}

function isField(key: string): key is SelectorField {
  return (SELECTOR_FIELDS as readonly string[]).includes(key);
}

/** What a written selector selects; keys that are none are left out. */
export function compileSelector(written: WrittenSelector): Selector {
  // Unknown keys are complained about elsewhere, and come through all the same.
  return Object.entries(written).flatMap(([key, value]) =>
    value === undefined || !isSelectorKey(key) ? [] : [compileEntry(key, value)],
  );
}

function compileEntry(key: string, value: WrittenSelector[string]): Condition {
  if (key === 'any') return { kind: 'any', of: (value as readonly WrittenSelector[]).map(compileSelector) };
  if (key === 'not') return { kind: 'not', of: compileSelector(value as WrittenSelector) };
  if (typeof value === 'string' || Array.isArray(value)) return compileValues(key, value as WrittenValues);
  return { kind: 'not', of: [compileValues(key, (value as { not: WrittenValues }).not)] };
}

function compileValues(key: string, value: WrittenValues): Condition {
  const values = typeof value === 'string' ? [value] : [...value];
  if (isField(key)) return { kind: 'field', field: key, values };
  const [, kind, name] = NAMED_KEY.exec(key) as unknown as [string, 'label' | 'attribute', string];
  return { kind, name, values };
}
