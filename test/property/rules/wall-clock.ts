/** Wall clocks by Intl alone, for oracles: nothing of the program is imported here. */

/** Whole, half and quarter hours, half-hour changes, changes at midnight, left-out days, south and north, none at all. */
export const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Europe/London',
  'Europe/Dublin',
  'Europe/Lisbon',
  'Europe/Istanbul',
  'Atlantic/Azores',
  'America/New_York',
  'America/St_Johns',
  'America/Los_Angeles',
  'America/Havana',
  'America/Sao_Paulo',
  'America/Santiago',
  'America/Asuncion',
  'America/Nuuk',
  'America/Scoresbysund',
  'Asia/Tokyo',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Tehran',
  'Asia/Beirut',
  'Asia/Gaza',
  'Asia/Amman',
  'Australia/Lord_Howe',
  'Australia/Adelaide',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Pacific/Auckland',
  'Pacific/Kwajalein',
  'Pacific/Kiritimati',
  'Africa/Casablanca',
  'Africa/Cairo',
  'Antarctica/Troll',
] as const;

export interface Wall {
  /** `2026-03-04` */
  readonly date: string;
  /** 1 is Monday. */
  readonly weekday: number;
  readonly minute: number;
}

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function textAt(timeZone: string, at: number): string {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
    formats.set(timeZone, format);
  }
  return format.format(at);
}

function read(timeZone: string, at: number): Wall {
  const [date, time] = textAt(timeZone, at).split(' ') as [string, string];
  const [hours, minutes] = time.split(':') as [string, string];
  return {
    date,
    weekday: new Date(`${date}T00:00:00Z`).getUTCDay() || 7,
    minute: Number(hours) * 60 + Number(minutes),
  };
}

const hoursRead = new Map<string, Wall | undefined>();

/** What the clock of a zone shows. Within an hour at whose ends it shows the same date and 59 minutes more, it ticks. */
export function wallAt(timeZone: string, at: number): Wall {
  const start = Math.floor(at / HOUR) * HOUR;
  const key = `${timeZone} ${start}`;
  if (!hoursRead.has(key)) {
    const first = read(timeZone, start);
    const last = read(timeZone, start + 59 * MINUTE);
    const ticks = last.date === first.date && last.minute === first.minute + 59;
    hoursRead.set(key, ticks ? first : undefined);
  }
  const first = hoursRead.get(key);
  if (first === undefined) return read(timeZone, at);
  return { ...first, minute: first.minute + Math.floor((at - start) / MINUTE) };
}

function offset(timeZone: string, at: number): number {
  return Date.parse(`${textAt(timeZone, at).replace(' ', 'T')}Z`) - Math.floor(at / MINUTE) * MINUTE;
}

const changes = new Map<string, number[]>();

/** The instants from 1993 to 2028 at which a zone's clocks change, to the minute, by looking once a week. */
export function changesOf(timeZone: string): readonly number[] {
  const known = changes.get(timeZone);
  if (known !== undefined) return known;
  const found: number[] = [];
  let last = offset(timeZone, Date.UTC(1993, 0, 1));
  for (let at = Date.UTC(1993, 0, 8); at < Date.UTC(2028, 0, 1); at += 7 * DAY) {
    const next = offset(timeZone, at);
    if (next !== last) found.push(changeBetween(timeZone, at - 7 * DAY, at));
    last = next;
  }
  changes.set(timeZone, found);
  return found;
}

function changeBetween(timeZone: string, from: number, to: number): number {
  let [before, after] = [from, to];
  while (after - before > MINUTE) {
    const middle = Math.floor((before + after) / 2 / MINUTE) * MINUTE;
    if (offset(timeZone, middle) === offset(timeZone, before)) before = middle;
    else after = middle;
  }
  return after;
}
