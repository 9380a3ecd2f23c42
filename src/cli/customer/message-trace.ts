import type { Instant } from '../../kernel/time.ts';
import type { CustomerState, Send, Stop, Waiting } from '../../model/customer-state.ts';

/** What a customer's state still knows of a message. */
export type MessageTrace =
  | { readonly kind: 'cleared'; readonly at: Instant; readonly send: Send }
  /** `at` is when it was deferred for the first time. */
  | { readonly kind: 'waiting'; readonly at: Instant; readonly waiting: Waiting }
  | { readonly kind: 'stopped'; readonly at: Instant; readonly stop: Stop };

/** Everything that was asked for, or of it one message id, the latest first; a message that waits comes before all. */
export function tracesOf(state: CustomerState, messageId?: string): MessageTrace[] {
  // Of one instant what came later in the state comes first, and a stop before the sends that led to it.
  const traces: MessageTrace[] = [
    ...state.waiting
      .toReversed()
      .map((waiting): MessageTrace => ({ kind: 'waiting', at: waiting.since, waiting })),
    ...state.stops.toReversed().map((stop): MessageTrace => ({ kind: 'stopped', at: stop.at, stop })),
    ...state.sends.toReversed().map((send): MessageTrace => ({ kind: 'cleared', at: send.at, send })),
  ];
  return traces
    .filter((trace) => messageId === undefined || messageOf(trace).messageId === messageId)
    .sort((one, other) => rank(other) - rank(one));
}

/** What every trace says about its message. */
export function messageOf(trace: MessageTrace): Send | Stop | Waiting {
  switch (trace.kind) {
    case 'cleared':
      return trace.send;
    case 'stopped':
      return trace.stop;
    case 'waiting':
      return trace.waiting;
  }
}

function rank({ kind, at }: MessageTrace): number {
  return kind === 'waiting' ? Number.MAX_SAFE_INTEGER : at;
}
