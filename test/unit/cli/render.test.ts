import { describe, expect, it } from 'vitest';
import { formatCount, formatRate, formatShare, formatWait } from '../../../src/cli/render/number.ts';
import { createStyle, plain, visibleWidth, wantsColor } from '../../../src/cli/render/style.ts';
import { renderTable } from '../../../src/cli/render/table.ts';
import {
  formatAgo,
  formatClock,
  formatMoment,
  formatMomentFrom,
  knownZone,
} from '../../../src/cli/render/time.ts';
import { describeWindow } from '../../../src/cli/render/window.ts';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/time.ts';

const noon = Date.UTC(2026, 2, 10, 12);

describe('numbers', () => {
  it('groups thousands', () => {
    expect([0, 999, 1_000, 1_234_567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567']);
  });

  it('shows a share with one decimal, and a small one as more than nothing', () => {
    expect(formatShare(1, 8)).toBe('12.5 %');
    expect(formatShare(1, 10_000)).toBe('<0.1 %');
    expect(formatShare(0, 10)).toBe('0.0 %');
    expect(formatShare(0, 0)).toBe('–');
  });

  it('shows a rate per second', () => {
    expect(formatRate(5_000, 2_000)).toBe('2,500/s');
    expect(formatRate(5_000, 0)).toBe('0/s');
  });

  it('shows a wait to two units, rounded up', () => {
    expect(formatWait(900)).toBe('1 s');
    expect(formatWait(45 * MINUTE)).toBe('45 min');
    expect(formatWait(2 * DAY + 3 * HOUR)).toBe('2 d 3 h');
    expect(formatWait(2 * DAY + 1)).toBe('2 d 1 h');
    expect(formatWait(DAY - 1)).toBe('1 d');
    expect(formatWait(59_999)).toBe('1 min');
  });
});

describe('times', () => {
  it('are shown as the clocks of the zone show them', () => {
    expect(formatMoment(noon, 'Europe/Berlin')).toBe('Tue 10 Mar, 13:00');
    expect(formatClock(noon, 'Asia/Kolkata')).toBe('17:30');
  });

  it('leave the date out on the same local day only', () => {
    expect(formatMomentFrom(noon + HOUR, noon, 'UTC')).toBe('13:00');
    expect(formatMomentFrom(noon + 11 * HOUR, noon, 'Asia/Tokyo')).toBe('Wed 11 Mar, 08:00');
    expect(formatMomentFrom(Date.UTC(2026, 3, 10, 12), noon, 'UTC')).toBe('Fri 10 Apr, 12:00');
  });

  it('call an ago by its length', () => {
    expect(formatAgo(noon - 3 * MINUTE, noon)).toBe('3 min ago');
    expect(formatAgo(noon, noon)).toBe('just now');
  });

  it('fall back to UTC for a zone that nobody knows', () => {
    expect(knownZone('Mars/Olympus')).toBe('UTC');
    expect(knownZone(undefined)).toBe('UTC');
    expect(knownZone('Europe/Berlin')).toBe('Europe/Berlin');
  });

  it.each([
    ['7d', 'in the last 7 days'],
    ['1h', 'in the last hour'],
    ['week UTC', 'this week'],
    ['day Europe/Berlin', 'today'],
    ['2 days Europe/Berlin', 'today and yesterday'],
    ['2 weeks UTC', 'this week and the one before'],
    ['3 hours UTC', 'this hour and the 2 hours before'],
    ['14 days from 2026-01-05 UTC', 'since Mon 9 Mar, 23:59'],
    ['7d from the first send', 'in the 7 days from the first of them'],
    ['lifetime', 'ever'],
    [undefined, 'since Mon 9 Mar, 23:59'],
  ])('describe the window %s as %s', (text, words) => {
    expect(describeWindow({ text, start: noon - 12 * HOUR - 1, end: noon }, 'UTC')).toBe(words);
  });

  it('describe a window without a name by its length where that is round', () => {
    expect(describeWindow({ text: undefined, start: noon - 2 * HOUR, end: noon }, 'UTC')).toBe(
      'in the last 2 hours',
    );
    expect(describeWindow({ text: undefined, start: undefined, end: noon }, 'UTC')).toBe('');
  });
});

describe('tables', () => {
  it('align columns, marks not counted, and end without blanks', () => {
    const style = createStyle(true);
    const [title, first, second] = renderTable(
      [{ title: 'name' }, { title: 'n', align: 'right' }, { title: 'note' }],
      [
        ['long name', '1', ''],
        [style.good('b'), '100', 'x'],
      ],
      createStyle(false),
    );
    expect(title).toBe('name         n  note');
    expect(first).toBe('long name    1');
    expect(visibleWidth(second ?? '')).toBe('long name  100  x'.length);
  });
});

describe('style', () => {
  it('leaves text as it is without colours', () => {
    expect(createStyle(false).bad('x')).toBe('x');
    expect(createStyle(true).bad('x')).toBe('\u001b[31mx\u001b[39m');
  });

  it('gives colours to a terminal only, and not where the environment asks for none', () => {
    expect(wantsColor({ isTTY: true }, {})).toBe(true);
    expect(wantsColor({}, {})).toBe(false);
    expect(wantsColor({ isTTY: true }, { NO_COLOR: '1' })).toBe(false);
    expect(wantsColor({ isTTY: true }, { NO_COLOR: '' })).toBe(true);
    expect(wantsColor({ isTTY: true }, { TERM: 'dumb' })).toBe(false);
  });

  it('lets no control character and no direction mark of foreign text through', () => {
    expect(plain('a\u001b[31mb\nc\u202ed')).toBe('a�[31mb�c�d');
    expect(plain('Käse “x” 猫')).toBe('Käse “x” 猫');
  });
});
