import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/time.ts';
import { type CalendarWindow, openWindow } from '../../../src/model/window.ts';

const at = (text: string) => Date.parse(text);
const iso = (instant: number) => new Date(instant).toISOString().slice(0, 19);
const BERLIN = { customer: 'Europe/Berlin', policy: 'UTC' };
const calendar = (fields: Partial<CalendarWindow>): CalendarWindow => ({
  kind: 'calendar',
  unit: 'day',
  units: 1,
  zone: 'customer',
  weekStart: 1,
  ...fields,
});

describe('a rolling window', () => {
  const open = openWindow({ kind: 'rolling', duration: 7 * DAY }, BERLIN, at('2026-03-04T12:00Z'));

  test('leaves out what happened exactly its length ago', () => {
    expect(open.start).toBe(at('2026-03-04T12:00Z') - 7 * DAY + 1);
    expect(open.leaves(open.start)).toBe(at('2026-03-04T12:00Z') + 1);
    expect(open.text).toBe('7d');
  });
});

describe('a calendar window of several units', () => {
  test('begins with the first of them, and lets each go as it becomes too old', () => {
    const open = openWindow(calendar({ units: 3 }), BERLIN, at('2026-03-30T10:00Z'));
    // The 28th; clocks go forward on the 29th.
    expect(iso(open.start)).toBe('2026-03-27T23:00:00');
    expect(iso(open.leaves(at('2026-03-29T10:00Z')))).toBe('2026-03-31T22:00:00');
    expect(iso(open.endAt(at('2026-03-30T10:00Z')))).toBe('2026-03-30T22:00:00');
    expect(open.text).toBe('3 days Europe/Berlin');
  });

  test('counts the hours that go by, however the clocks are called', () => {
    // 01:30 UTC is the second 02:30 of that night.
    const open = openWindow(calendar({ unit: 'hour', units: 4 }), BERLIN, at('2026-10-25T01:30Z'));
    expect(iso(open.start)).toBe('2026-10-24T22:00:00');
    expect(iso(open.leaves(open.start))).toBe('2026-10-25T02:00:00');
  });

  test('counts minutes over days and changes of the clocks', () => {
    const now = at('2026-03-31T10:00:30Z');
    const open = openWindow(calendar({ unit: 'minute', units: 4_320 }), BERLIN, now);
    expect(open.start).toBe(at('2026-03-31T10:00Z') - 4_319 * MINUTE);
    expect(open.leaves(open.start)).toBe(at('2026-03-31T10:01Z'));
  });

  test('counts a cut hour as one, where clocks change by half an hour', () => {
    const lordHowe = calendar({ unit: 'hour', units: 3, zone: 'Australia/Lord_Howe' });
    const open = openWindow(lordHowe, BERLIN, at('2026-04-04T15:40Z'));
    // 15:00 to 15:30 is 02:00 to 02:00 with the clocks set back; before it, 14:00 to 15:00.
    expect(iso(open.start)).toBe('2026-04-04T14:00:00');
    expect(iso(open.leaves(at('2026-04-04T14:10Z')))).toBe('2026-04-04T16:30:00');
  });

  test('can be months', () => {
    const open = openWindow(calendar({ unit: 'month' }), BERLIN, at('2028-02-29T12:00Z'));
    expect([open.start, open.leaves(open.start)].map(iso)).toEqual([
      '2028-01-31T23:00:00',
      '2028-02-29T23:00:00',
    ]);
  });
});

describe('blocks of days', () => {
  const anchor = at('2026-01-05T00:00Z') / DAY;
  const blocks = { kind: 'days', days: 14, anchor, zone: 'Europe/Berlin' } as const;

  test('are counted from their anchor, its first instant included', () => {
    const open = openWindow(blocks, BERLIN, at('2026-03-04T12:00Z'));
    expect([open.start, open.leaves(open.start)].map(iso)).toEqual([
      '2026-03-01T23:00:00',
      '2026-03-15T23:00:00',
    ]);
    expect(open.text).toBe('14 days from 2026-01-05 Europe/Berlin');
    const first = openWindow(blocks, BERLIN, at('2026-01-04T23:00Z'));
    expect(first.start).toBe(at('2026-01-04T23:00Z'));
  });

  test('are counted backwards as well', () => {
    const open = openWindow(blocks, BERLIN, at('2026-01-04T22:59Z'));
    expect(iso(open.start)).toBe('2025-12-21T23:00:00');
  });
});

test('a lifetime has no beginning, and nothing leaves it', () => {
  const open = openWindow({ kind: 'lifetime' }, BERLIN, at('2026-03-04T12:00Z'));
  expect(open.start).toBe(Number.NEGATIVE_INFINITY);
  expect(open.leaves(0)).toBe(Number.POSITIVE_INFINITY);
});

test('zones are the customer’s where it is known, else the policy’s, or the one that is named', () => {
  const text = (zone: string, customer: string | undefined) =>
    openWindow(calendar({ zone }), { customer, policy: 'Asia/Tokyo' }, HOUR).text;
  expect(text('customer', 'Europe/Berlin')).toBe('day Europe/Berlin');
  expect(text('customer', 'Mars/Olympus')).toBe('day Asia/Tokyo');
  expect(text('customer', undefined)).toBe('day Asia/Tokyo');
  expect(text('policy', 'Europe/Berlin')).toBe('day Asia/Tokyo');
  expect(text('UTC', 'Europe/Berlin')).toBe('day UTC');
});
