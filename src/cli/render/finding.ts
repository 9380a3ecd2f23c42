import { parseDuration } from '../../kernel/time.ts';
import type { Finding } from '../../model/decision.ts';
import { REASONS, type ReasonCode } from '../../model/reason.ts';
import { plain } from './style.ts';
import { formatMomentFrom, spellDuration } from './time.ts';
import { describeWindow } from './window.ts';

/**
 * What a rule saw when it blocked, in words that follow “rule x: ” and end without a full stop; times as the clocks of
 * `zone` show them, `at` being when it looked.
 */
export function describeBlock(finding: Finding, at: number, zone: string): string {
  const describe = BLOCKS[finding.reason];
  return describe?.(finding, at, zone) ?? inWords(finding.reason);
}

/** The sentence of a reason, to stand after a colon. */
export function inWords(reason: ReasonCode): string {
  const { sentence } = REASONS[reason];
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1, -1)}`;
}

/** What a limit counted, as `5 of 5 in the last 7 days`; undefined where it counted nothing. */
export function describeCount(finding: Finding, at: number, zone: string): string | undefined {
  const { count, limit } = finding;
  if (count === undefined || limit === undefined) return undefined;
  const window = windowOf(finding, at, zone);
  // More than the limit may have gone out before the limit was set, or without asking.
  if (count > limit) return `${count}${window}, where ${limit} may be`;
  return `${count} of ${limit}${window}`;
}

type Describe = (finding: Finding, at: number, zone: string) => string | undefined;

/** Reasons that are not here say nothing beyond their sentence. */
const BLOCKS: Partial<Record<ReasonCode, Describe>> = {
  'opted-out': ({ kind }) => (kind === 'erasure' ? 'the customer asked to be forgotten' : undefined),
  'no-consent': describeConsent,
  'consent-outdated': ({ evidence: { terms } = {} }) =>
    terms && `the consent was given to the terms ${plain(terms)}, and the present ones are others`,
  'cap-reached': describeLimit,
  'ceiling-reached': describeLimit,
  'cap-reserved': (finding, at, zone) =>
    counted(finding, at, zone, 'used, and the rest is kept for more important messages'),
  'own-limit': (finding, at, zone) =>
    counted(finding, at, zone, 'used, as many as the customer asked for at most'),
  'too-soon': describeGap,
  unanswered: describeUnanswered,
  repeated: (finding, at, zone) =>
    `the customer already had this content or campaign${windowOf(finding, at, zone)}`,
  'unwelcome-time': ({ evidence: { reading } = {} }) =>
    reading && `it is ${plain(reading)}, and the customer asked for other days or hours`,
  'quiet-hours': ({ evidence: { reading } = {} }) =>
    reading && `it is ${plain(reading)}, a quiet time where the customer is`,
  'after-event': describeEvent,
};

function describeLimit(finding: Finding, at: number, zone: string): string | undefined {
  const { count = 0, limit = 0, weight } = finding;
  if (limit === 0) return 'the limit is 0, so none may go out';
  const text = describeCount(finding, at, zone);
  if (text === undefined) return undefined;
  if (count > limit) return `already ${text}`;
  return weight === undefined
    ? `${text} already used`
    : `${text} already used, and this message counts as ${weight}`;
}

function counted(finding: Finding, at: number, zone: string, ending: string): string | undefined {
  const text = describeCount(finding, at, zone);
  return text && `${text} ${ending}`;
}

function describeGap({ windowStart, window }: Finding, at: number): string | undefined {
  if (windowStart === undefined) return undefined;
  const gap = parseDuration(window ?? '') ?? at - windowStart;
  return `the last message went out less than ${spellDuration(gap)} ago`;
}

function describeUnanswered({ count, evidence: { rest } = {} }: Finding): string | undefined {
  if (count === undefined) return undefined;
  const last = count === 1 ? 'the last message was' : `the last ${count} messages were`;
  const pause = parseDuration(rest ?? '');
  if (pause !== undefined) return `${last} not answered, so there is a rest of ${spellDuration(pause)}`;
  return `${last} not answered, so ${rest === undefined ? 'this is a rest' : `only ${plain(rest)} go out`}`;
}

function describeConsent({ evidence = {} }: Finding, at: number, zone: string): string | undefined {
  const when = momentOf(evidence.at, at, zone);
  const source = evidence.source === undefined ? '' : ` (${plain(evidence.source)})`;
  if (evidence.status === 'withdrawn') return `consent was withdrawn${when}${source}`;
  if (evidence.status === 'pending') return `consent was asked for${when}${source} and never confirmed`;
  return undefined;
}

function describeEvent({ evidence = {} }: Finding, at: number, zone: string): string | undefined {
  const { event } = evidence;
  if (event === undefined) return undefined;
  const what = event === 'cleared' ? 'such a message went out' : `“${plain(event)}” happened`;
  const often = Number(evidence.count ?? 1) > 1 ? ` ${plain(evidence.count ?? '')} times, last` : '';
  return `${what}${often}${momentOf(evidence.at, at, zone)}, and messages like this rest after it`;
}

/** ` on Tue 3 Mar, 09:00` or ` at 09:00` of an instant in ISO 8601; nothing where there is none. */
function momentOf(iso: string | undefined, at: number, zone: string): string {
  const instant = Date.parse(iso ?? '');
  if (Number.isNaN(instant)) return '';
  const moment = formatMomentFrom(instant, at, zone);
  return ` ${preposition(moment)} ${moment}`;
}

/** `at` a time of the clock, `on` a day. */
export function preposition(moment: string): 'at' | 'on' {
  return /^\d/.test(moment) ? 'at' : 'on';
}

function windowOf({ windowStart, window }: Finding, at: number, zone: string): string {
  const words = describeWindow({ text: window, start: windowStart, end: at }, zone);
  return words === '' ? '' : ` ${words}`;
}
