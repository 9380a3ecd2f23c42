import type { InteractionType } from '../../model/interaction.ts';
import type { Window } from '../../model/window.ts';
import type { Resolved, Tiered } from '../tiers/tiered.ts';
import type { Split } from './bucket.ts';
import type { WrittenReserve } from './reserve.ts';
import type { WrittenWeight } from './weight.ts';

/** What counts as one: a send; all sends of a dispatch; a send, unless it is of the message's own dispatch. */
export type Counting = 'sends' | 'dispatches' | 'other-dispatches';

/** At most so much in a window, for each bucket of the split, as it is written. */
export interface WrittenLimit {
  readonly limit: Tiered<number>;
  readonly window: Tiered<Window>;
  readonly per: Split;
  readonly count: Counting;
  /** Empty = everything weighs 1. */
  readonly weights: readonly WrittenWeight[];
  readonly reserve?: WrittenReserve;
  /** Sends before, and at, the latest interaction of these types do not count. */
  readonly releaseOn: readonly InteractionType[];
  /** How far a customer's own limit may raise this one; absent = not at all. */
  readonly mayRaiseTo?: Tiered<number>;
}

/** The same for customers of one tier. */
export type Limit = Resolved<WrittenLimit>;
