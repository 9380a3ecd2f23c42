import type { Interaction } from '../../src/model/interaction.ts';
import type { OutboundMessage } from '../../src/model/message.ts';

/** Everything that ever happened to one customer, in the order in which Tact heard of it. */
export type History = readonly Entry[];

export type Entry =
  /** `now` is when it arrived. */
  { readonly what: 'interaction'; readonly now: number; readonly interaction: Interaction } | Decided;

export interface Decided {
  readonly what: 'decided';
  readonly now: number;
  readonly message: OutboundMessage;
  readonly source: string;
  /** When it was deferred for the first time; `now` where this is the first decision. */
  readonly since: number;
  readonly channel: string;
  readonly class: string;
  readonly tier: string | undefined;
  readonly outcome: 'cleared' | 'suppressed' | 'deferred';
  /** Suppressed because the customer asked to be forgotten: nothing of it is remembered. */
  readonly isForgotten: boolean;
}
