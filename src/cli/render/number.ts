import type { Duration } from '../../kernel/time.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../kernel/time.ts';

/** `12345` as `12,345`. */
export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 message`, `2 messages`. */
export function formatNoun(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A part of a whole as `12.3 %`; `–` of nothing; `<0.1 %` rather than a zero that is none. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (part / whole) * 100;
  if (part > 0 && percent < 0.1) return '<0.1 %';
  return `${percent.toFixed(1)} %`;
}

/** `12,345/s` of a count over a time. */
export function formatRate(count: number, took: Duration): string {
  return `${formatCount(took > 0 ? (count / took) * SECOND : 0)}/s`;
}

const STEPS = [
  [DAY, 'd', HOUR, 'h'],
  [HOUR, 'h', MINUTE, 'min'],
  [MINUTE, 'min', SECOND, 's'],
] as const;

/** A time to wait, to two units at most and rounded up: `2 d 3 h`, `45 min`, `8 s`. */
export function formatWait(duration: Duration): string {
  for (const [big, bigName, small, smallName] of STEPS) {
    const smalls = Math.ceil(duration / small);
    const each = big / small;
    if (smalls < each) continue;
    const rest = smalls % each;
    return rest === 0
      ? `${smalls / each} ${bigName}`
      : `${Math.floor(smalls / each)} ${bigName} ${rest} ${smallName}`;
  }
  return `${Math.ceil(duration / SECOND)} s`;
}
