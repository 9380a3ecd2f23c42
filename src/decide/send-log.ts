import type { Instant } from '../kernel/time.ts';
import type { CustomerState, Send } from '../model/customer-state.ts';
import { RETENTION, SENDS_MAX } from '../model/customer-state.ts';
import { forgetOldest } from './forget-sends.ts';
import type { Policy } from './policy.ts';

type Sends = readonly Send[];

/** Whether the log holds as many sends as one customer may have. */
export function isFull(sends: Sends): boolean {
  return sends.length >= SENDS_MAX;
}

/** The first instant at which a full log has room. */
export function roomAt(sends: Sends): Instant {
  return (sends[sends.length - SENDS_MAX] as Send).at + RETENTION;
}

/**
 * With one more send, in the order of time. A full log loses its oldest, and no count with it: the log stays full, and
 * so suppresses everything, until the next oldest has left every window.
 */
export function addSend(policy: Policy, state: CustomerState, send: Send, now: Instant): CustomerState {
  const after = state.sends.findLastIndex((each) => each.at <= send.at) + 1;
  const sends = state.sends.toSpliced(after, 0, send);
  if (sends.length <= SENDS_MAX) return { ...state, sends };
  return forgetOldest(policy, { ...state, sends }, sends.length - SENDS_MAX, now);
}

/** What an interaction says about the send that it answers. */
export interface SendReference {
  readonly messageId: string;
  /** The policy's channel; absent = the interaction names none. */
  readonly channel?: string;
  readonly source: string;
  readonly at: Instant;
}

/**
 * The place of the send that is meant; -1 when it cannot be told. Ids are unique per sender only: among several senders
 * the one that is the interaction's source, else none. Of one sender's sends the latest one that is not after the
 * interaction. The answer does not depend on what was said about the send before, so that repeating changes nothing.
 */
export function findSend(sends: Sends, reference: SendReference): number {
  const named = sends.flatMap((send, i) => (isNamed(send, reference) ? [{ send, i }] : []));
  const own = named.filter(({ send }) => send.sender === reference.source);
  const meant = own.length > 0 ? own : named;
  const first = meant[0];
  if (first === undefined || meant.some(({ send }) => send.sender !== first.send.sender)) return -1;
  return (meant.findLast(({ send }) => send.at <= reference.at) ?? first).i;
}

function isNamed(send: Send, { messageId, channel }: SendReference): boolean {
  return send.messageId === messageId && (channel === undefined || send.channel === channel);
}

/** With one send changed. */
export function changeSend(state: CustomerState, place: number, change: Partial<Send>): CustomerState {
  return { ...state, sends: state.sends.map((send, i) => (i === place ? { ...send, ...change } : send)) };
}
