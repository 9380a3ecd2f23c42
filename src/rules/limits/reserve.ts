import { z } from 'zod';
import type { Duration } from '../../kernel/time.ts';
import { SENDS_MAX } from '../../model/customer-state.ts';
import { type Resolved, type Tiered, tieredSchema } from '../tiers/tiered.ts';
import { rememberedDurationSchema } from '../written/written.ts';

/** The last slots of a limit, kept for certain classes. */
export interface WrittenReserve {
  readonly classes: readonly string[];
  readonly slots: Tiered<number>;
  /** So long before its window ends what was not used is free for all; absent = never. */
  readonly releaseBefore?: Tiered<Duration>;
}

export type Reserve = Resolved<WrittenReserve>;

const classSchema = z.string().min(1);

/** The reserve as it is written. */
export const reserveSchema: z.ZodType<WrittenReserve> = z
  .strictObject({
    class: z
      .union([classSchema.transform((name) => [name]), z.array(classSchema).min(1)])
      .meta({ description: 'The class, or the classes, that the slots are kept for.' }),
    slots: tieredSchema(z.int().min(1).max(SENDS_MAX)).meta({
      description: 'How many of the limit are kept, those that were used already included.',
    }),
    releaseBefore: tieredSchema(rememberedDurationSchema).optional().meta({
      description: 'So long before the end of a calendar window or a block of days nothing is kept any more.',
    }),
  })
  .transform(
    ({ class: classes, slots, releaseBefore }): WrittenReserve => ({
      classes,
      slots,
      ...(releaseBefore !== undefined && { releaseBefore }),
    }),
  )
  .meta({ description: 'Keeps slots of the limit for certain classes.' });
