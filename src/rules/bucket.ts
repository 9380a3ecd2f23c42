import { z } from 'zod';
import type { Send } from '../model/customer-state.ts';
import { covers } from '../model/selector.ts';
import type { Candidate } from './rule-kind.ts';

/** By what a limit can be split within one customer. */
export const SPLITS = ['channel', 'class', 'category', 'campaign', 'sender', 'place', 'dispatch'] as const;
export type Split = (typeof SPLITS)[number];

export const perSchema = z
  .array(z.enum(SPLITS))
  .min(1)
  .refine((per) => new Set(per).size === per.length, { message: 'expected each field once' })
  .optional()
  .meta({
    description: 'One limit for each value of these fields, instead of one over everything that counts.',
  });

/** The sends that share one limit with the message; the category is one of the message's where the split is by it. */
export interface Bucket {
  readonly per: readonly Split[];
  readonly category: string | undefined;
}

/** The buckets that the message falls into; none when it lacks a field that the limit is split by. */
export function bucketsOf(per: readonly Split[], message: Candidate): readonly Bucket[] {
  if (per.length === 0) return [{ per, category: undefined }];
  const single = per.filter((split) => split !== 'category');
  if (single.some((split) => fieldOf(split, message) === undefined)) return [];
  if (single.length === per.length) return [{ per: single, category: undefined }];
  return message.categories.map((category) => ({ per: single, category }));
}

/** Whether the send shares the bucket with the message. */
export function isInBucket(bucket: Bucket, send: Send, message: Candidate): boolean {
  for (const split of bucket.per) {
    if (fieldOf(split, send) !== fieldOf(split, message)) return false;
  }
  const { category } = bucket;
  return category === undefined || send.categories.some((path) => covers(category, path));
}

function fieldOf(split: Split, of: Candidate | Send): string | undefined {
  switch (split) {
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
    case 'category':
      return undefined;
  }
}
