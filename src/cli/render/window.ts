import type { Duration, Instant } from '../../kernel/time.ts';
import { MINUTE, parseDuration } from '../../kernel/time.ts';
import { formatMomentFrom, spellDuration } from './time.ts';

/** A window as a finding names it: by the policy's words, its start, and the decision's instant as its end. */
export interface FoundWindow {
  readonly text: string | undefined;
  readonly start: Instant | undefined;
  readonly end: Instant;
}

/** A window in words: `in the last 7 days`, `today`, `since Mon 9 Mar, 00:00`, `ever`; empty where nothing is known of it. */
export function describeWindow({ text = '', start, end }: FoundWindow, zone: string): string {
  if (text === 'lifetime') return 'ever';
  const [, length] = /^(\w+) from the first send$/.exec(text) ?? [];
  if (length !== undefined) return `in the ${spellText(length)} from the first of them`;
  const [, count, unit] = /^(?:(\d+) )?(minute|hour|day|week|month)s?(?: (?!from )|$)/.exec(text) ?? [];
  if (unit !== undefined) return describeUnits(unit as Unit, Number(count ?? 1));
  const rolling = parseDuration(text);
  if (rolling !== undefined) return describeLength(rolling);
  if (start === undefined) return '';
  const isUnnamed = text === '' && (end - start) % MINUTE === 0;
  return isUnnamed ? describeLength(end - start) : `since ${formatMomentFrom(start, end, zone)}`;
}

type Unit = 'minute' | 'hour' | 'day' | 'week' | 'month';

function describeUnits(unit: Unit, count: number): string {
  const present = unit === 'day' ? 'today' : `this ${unit}`;
  if (count === 1) return present;
  if (count === 2) return unit === 'day' ? 'today and yesterday' : `${present} and the one before`;
  return `${present} and the ${count - 1} ${unit}s before`;
}

function describeLength(length: Duration): string {
  return `in the last ${spellDuration(length).replace(/^1 /, '')}`;
}

function spellText(duration: string): string {
  return spellDuration(parseDuration(duration) ?? 0);
}
