import { z } from 'zod';
import type { Send } from '../../model/customer-state.ts';
import { covers } from '../../model/selector.ts';
import type { Candidate } from '../rule-kind.ts';

/** By what a limit can be split within one customer. */
const SPLITS = [
  'channel',
  'class',
  'category',
  'campaign',
  'sender',
  'place',
  'dispatch',
  'product',
  'fingerprint',
] as const;

/** The splits by something of which a message has one. */
export type SplitField = Exclude<(typeof SPLITS)[number], 'category' | 'product'>;

/** How a limit is split: not at all by no field. */
export interface Split {
  readonly fields: readonly SplitField[];
  readonly byCategory: boolean;
  readonly byProduct: boolean;
}

export const UNSPLIT: Split = { fields: [], byCategory: false, byProduct: false };

/** The fields as they are written. */
export const perSchema = z
  .array(z.enum(SPLITS), { error: 'expected a list such as [campaign]' })
  .min(1)
  .refine((per) => new Set(per).size === per.length, { message: 'expected each field once' })
  .transform(
    (per): Split => ({
      fields: per.filter((field) => field !== 'category' && field !== 'product'),
      byCategory: per.includes('category'),
      byProduct: per.includes('product'),
    }),
  )
  .optional()
  .meta({
    description: 'One limit for each value of these fields, instead of one over everything that counts.',
  });

/** The sends that share one limit with the message. */
export interface Bucket {
  readonly fields: readonly SplitField[];
  /** The message's value of each field. */
  readonly values: readonly string[];
  /** One of the message's where the limit is split by it; covers those below it. */
  readonly category: string | undefined;
  /** One of the message's where the limit is split by it. */
  readonly product: string | undefined;
}

const EVERYTHING: readonly Bucket[] = [{ fields: [], values: [], category: undefined, product: undefined }];
const NOTHING: readonly undefined[] = [undefined];

/** The buckets that the message falls into; none when it lacks a field that the limit is split by. */
export function bucketsOf({ fields, byCategory, byProduct }: Split, message: Candidate): readonly Bucket[] {
  if (fields.length === 0 && !byCategory && !byProduct) return EVERYTHING;
  const values: string[] = [];
  for (const field of fields) {
    const value = fieldOf(field, message);
    if (value === undefined) return [];
    values.push(value);
  }
  if (!byCategory && !byProduct) return [{ fields, values, category: undefined, product: undefined }];
  const products = byProduct ? message.products : NOTHING;
  const categories = byCategory ? message.categories : NOTHING;
  return categories.flatMap((category) => products.map((product) => ({ fields, values, category, product })));
}

/** Whether the send lies in the bucket. */
export function isInBucket({ fields, values, category, product }: Bucket, send: Send): boolean {
  for (let i = 0; i < fields.length; i++) {
    if (fieldOf(fields[i] as SplitField, send) !== values[i]) return false;
  }
  if (product !== undefined && !send.products.includes(product)) return false;
  return category === undefined || send.categories.some((path) => covers(category, path));
}

/** What a bucket is called. */
export function nameOfBucket({ values, category, product }: Bucket): string {
  return bucketName(values, category, product);
}

/**
 * What all the buckets are called that the send lies in, each once. By category these are those of its categories and of
 * everything above them: whoever asks for a category looks at what lies below it as well.
 */
export function namesOfBuckets({ fields, byCategory, byProduct }: Split, send: Send): readonly string[] {
  const values = fields.map((field) => fieldOf(field, send));
  if (values.includes(undefined)) return [];
  const products = byProduct ? new Set(send.products) : NOTHING;
  const categories = byCategory ? new Set(send.categories.flatMap(withParents)) : NOTHING;
  return [...categories].flatMap((category) =>
    [...products].map((product) => bucketName(values, category, product)),
  );
}

function bucketName(
  values: readonly (string | undefined)[],
  category: string | undefined,
  product: string | undefined,
): string {
  return JSON.stringify([...values, category, product].filter((value) => value !== undefined));
}

function withParents(path: string): string[] {
  const paths = [path];
  for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1))
    paths.push(path.slice(0, end));
  return paths;
}

function fieldOf(field: SplitField, of: Candidate | Send): string | undefined {
  switch (field) {
    case 'channel':
      return of.channel;
    case 'class':
      return of.class;
    case 'campaign':
      return of.campaignId;
    case 'sender':
      return of.sender;
    case 'place':
      return of.place;
    case 'dispatch':
      return of.dispatchId;
    case 'fingerprint':
      return of.fingerprint;
  }
}
