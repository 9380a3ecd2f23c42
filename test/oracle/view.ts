import type { OutboundMessage } from '../../src/model/message.ts';
import type { Remembered, Send } from './remembered.ts';
import { REMEMBERED, type WrittenPolicy, type WrittenRule } from './written.ts';

/** What a rule is judged by: one message, one instant, and all that happened before. */
export interface View {
  readonly policy: WrittenPolicy;
  readonly known: Remembered;
  /** With the policy's channel and class. */
  readonly message: OutboundMessage & { readonly class: string };
  readonly source: string;
  readonly now: number;
  readonly tier: string | undefined;
}

/** What a rule says at one instant. Where several buckets bind alike, any of their numbers is right. */
export interface Verdict {
  readonly blocks: boolean;
  readonly says: readonly Saying[];
}

export interface Saying {
  readonly reason: string;
  readonly count?: number;
  readonly limit?: number;
}

/** A rule as something that can be asked at any instant. */
export interface Question {
  /** Undefined: the rule says nothing about this message. */
  verdictAt(view: View): Verdict | undefined;
  /** Every instant after now at which the answer may be another one, in order, if nothing else happens. */
  changes(view: View): Iterable<number>;
}

export type Ask<Part> = (part: Part, rule: WrittenRule) => Question;

export const NEVER = Number.POSITIVE_INFINITY;

export const ALLOWS: Verdict = { blocks: false, says: [{ reason: 'cleared' }] };

export function blocksFor(reason: string): Verdict {
  return { blocks: true, says: [{ reason }] };
}

/** The sends that are still remembered at the instant of the view and did not come back. */
export function sendsInLog({ known, now }: View): Send[] {
  return known.sends.filter((send) => send.at > now - REMEMBERED && !send.returned);
}

export function zoneFor(view: View, zone: string | undefined): string {
  const ofPolicy = view.policy.timezone ?? 'UTC';
  if (zone === 'policy') return ofPolicy;
  return zone === undefined || zone === 'customer' ? (view.known.timezone ?? ofPolicy) : zone;
}

/** In order, each once, none before the view's instant or at it. */
export function later(view: View, instants: readonly number[]): number[] {
  const after = instants.filter((at) => at > view.now && at < NEVER);
  return [...new Set(after)].sort((one, other) => one - other);
}

/** The first instant at which the question blocks no more; NEVER where there is none. */
export function nextAllowed(question: Question, view: View): number {
  for (const at of question.changes(view)) {
    if (blocksAt(question, view, at)) continue;
    if (!blocksAt(question, view, at - 1)) throw new Error(`it was allowed already before ${at}`);
    return at;
  }
  return NEVER;
}

function blocksAt(question: Question, view: View, now: number): boolean {
  return question.verdictAt({ ...view, now })?.blocks === true;
}
