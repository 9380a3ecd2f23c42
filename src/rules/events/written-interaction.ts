import { z } from 'zod';
import { INTERACTION_TYPES, type InteractionType } from '../../model/interaction.ts';

/** An erasure leaves nothing to look back to, itself included. */
const REMEMBERED_TYPES = INTERACTION_TYPES.filter((type) => type !== 'erased');

const typeSchema = z
  .union([z.enum(REMEMBERED_TYPES), z.string().regex(/^x-[a-z0-9-]{1,60}$/, { abort: true })])
  .meta({ description: "An interaction such as clicked, or a company's own such as x-shop-visit." });

/** One type of interaction, or a list of several. */
export const interactionTypesSchema = z
  .union([typeSchema.transform((type) => [type]), z.array(typeSchema).min(1)])
  .transform((types) => types as readonly InteractionType[])
  .meta({ description: 'A type of interaction, or a list of which each will do.' });
