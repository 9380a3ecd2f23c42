import { z } from 'zod';
import { covers } from '../../model/selector.ts';
import type { EventField, Facts } from '../rule-kind.ts';
import { channelNamed, EVENT_FIELDS } from '../rule-kind.ts';

/** In what something that happened has to be like the message. */
export interface Match {
  /** Each of them; none = whatever happened. */
  readonly fields: readonly EventField[];
  /** So many parts of a category's path are compared, and must be equal; absent = what happened covers the message. */
  readonly depth?: number;
}

/** Something that happened, to the customer or by us. */
export interface Happening {
  readonly channel?: string;
  readonly campaignId?: string;
  readonly categories: readonly string[];
  readonly products: readonly string[];
}

/** The fields as they are written. */
export const matchFieldsSchema = z
  .union([
    z.enum(['all', ...EVENT_FIELDS]).transform((field): EventField[] => (field === 'all' ? [] : [field])),
    z
      .array(z.enum(EVENT_FIELDS))
      .min(1)
      .refine((fields) => new Set(fields).size === fields.length, { message: 'expected each field once' }),
  ])
  .meta({
    description: 'In what it has to be like the message: all of these fields; all: whatever happened.',
  });

/** Whether it is like the message in every field; what either lacks is unlike. */
export function isLike(
  match: Match,
  happening: Happening,
  facts: Pick<Facts, 'message' | 'channels'>,
): boolean {
  return match.fields.every((field) => compare(field, match.depth, happening, facts) === true);
}

/** Whether it is unlike the message in some field that it has. */
export function isUnlike(
  match: Match,
  happening: Happening,
  facts: Pick<Facts, 'message' | 'channels'>,
): boolean {
  return match.fields.some((field) => compare(field, match.depth, happening, facts) === false);
}

/** Undefined where it lacks the field. */
function compare(
  field: EventField,
  depth: number | undefined,
  { channel, campaignId, categories, products }: Happening,
  { message, channels }: Pick<Facts, 'message' | 'channels'>,
): boolean | undefined {
  switch (field) {
    case 'channel':
      return channel === undefined ? undefined : channelNamed(channels, channel) === message.channel;
    case 'campaign':
      return campaignId === undefined ? undefined : campaignId === message.campaignId;
    case 'product':
      return products.length === 0 ? undefined : products.some((each) => message.products.includes(each));
    case 'category':
      if (categories.length === 0) return undefined;
      return categories.some((path) => message.categories.some((each) => isAbout(path, each, depth)));
  }
}

function isAbout(path: string, category: string, depth: number | undefined): boolean {
  return depth === undefined ? covers(path, category) : cut(path, depth) === cut(category, depth);
}

function cut(path: string, depth: number): string {
  return path.split('/').slice(0, depth).join('/');
}
