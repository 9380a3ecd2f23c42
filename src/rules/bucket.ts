import { z } from 'zod';
import type { Send } from '../model/customer-state.ts';
import { covers } from '../model/selector.ts';
import type { Candidate } from './rule-kind.ts';

/** By what a limit can be split within one customer. */
const SPLITS = ['channel', 'class', 'category', 'campaign', 'sender', 'place', 'dispatch'] as const;
type Field = Exclude<(typeof SPLITS)[number], 'category'>;

/** How a limit is split: not at all by no field. */
export interface Split {
  readonly fields: readonly Field[];
  readonly byCategory: boolean;
}

export const UNSPLIT: Split = { fields: [], byCategory: false };

/** The fields as they are written. */
export const perSchema = z
  .array(z.enum(SPLITS))
  .min(1)
  .refine((per) => new Set(per).size === per.length, { message: 'expected each field once' })
  .transform(
    (per): Split => ({
      fields: per.filter((field) => field !== 'category'),
      byCategory: per.includes('category'),
    }),
  )
  .optional()
  .meta({
    description: 'One limit for each value of these fields, instead of one over everything that counts.',
  });

/** The sends that share one limit with the message. */
export interface Bucket {
  readonly fields: readonly Field[];
  /** One of the message's where the limit is split by it. */
  readonly category: string | undefined;
}

const EVERYTHING: readonly Bucket[] = [{ fields: [], category: undefined }];

/** The buckets that the message falls into; none when it lacks a field that the limit is split by. */
export function bucketsOf({ fields, byCategory }: Split, message: Candidate): readonly Bucket[] {
  if (fields.length === 0 && !byCategory) return EVERYTHING;
  for (const field of fields) {
    if (fieldOf(field, message) === undefined) return [];
  }
  if (!byCategory) return [{ fields, category: undefined }];
  return message.categories.map((category) => ({ fields, category }));
}

/** Whether the send shares the bucket with the message. */
export function isInBucket({ fields, category }: Bucket, send: Send, message: Candidate): boolean {
  for (const field of fields) {
    if (fieldOf(field, send) !== fieldOf(field, message)) return false;
  }
  return category === undefined || send.categories.some((path) => covers(category, path));
}

function fieldOf(field: Field, of: Candidate | Send): string | undefined {
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
  }
}
