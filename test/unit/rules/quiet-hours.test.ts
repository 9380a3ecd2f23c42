import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/time.ts';
import { quietHours } from '../../../src/rules/quiet-hours.ts';
import type { Facts } from '../../../src/rules/rule-kind.ts';
import { factsWith, ruleOf } from './facts.ts';

const at = (text: string) => Date.parse(text);
const NIGHTS = { from: '21:00', to: '08:00' };

function find(written: object, now: number, state: Partial<Facts['state']> = { timezone: 'Europe/Berlin' }) {
  return quietHours.evaluate(ruleOf(quietHours, written), factsWith({ now, state }));
}

/** When it allows next, as text; `allows` when it does so now. */
function next(written: object, now: string, state?: Partial<Facts['state']>): string {
  const finding = find(written, at(now), state);
  if (finding === undefined) return 'nothing to say';
  if (finding.verdict === 'allows') return 'allows';
  return finding.nextEligibleAt === undefined ? 'never' : new Date(finding.nextEligibleAt).toISOString();
}

describe('quiet hours over midnight', () => {
  test('begin at `from` and are over at `to`, by the clock of the customer', () => {
    expect(next(NIGHTS, '2026-03-04T19:59:59.999Z')).toBe('allows');
    expect(next(NIGHTS, '2026-03-04T20:00:00.000Z')).toBe('2026-03-05T07:00:00.000Z');
    expect(next(NIGHTS, '2026-03-05T06:59:59.999Z')).toBe('2026-03-05T07:00:00.000Z');
    expect(next(NIGHTS, '2026-03-05T07:00:00.000Z')).toBe('allows');
  });

  test('say what was looked at and what the clock showed', () => {
    expect(find(NIGHTS, at('2026-03-04T22:10:00Z'))).toMatchObject({
      kind: 'quietHours',
      verdict: 'blocks',
      reason: 'quiet-hours',
      evidence: { zones: 'Europe/Berlin', reading: '23:10 Europe/Berlin' },
    });
  });

  test('end where the clock leaves out their end', () => {
    // Berlin goes from 02:00 to 03:00 at 01:00Z.
    const written = { from: '22:00', to: '02:30' };
    expect(next(written, '2026-03-29T00:59:59.999Z')).toBe('2026-03-29T01:00:00.000Z');
    expect(next(written, '2026-03-29T01:00:00Z')).toBe('allows');
  });

  test('come back where the clock shows their end twice', () => {
    // Berlin goes from 03:00 back to 02:00 at 01:00Z.
    const written = { from: '22:00', to: '02:30' };
    expect(next(written, '2026-10-25T00:29:59.999Z')).toBe('2026-10-25T00:30:00.000Z');
    expect(next(written, '2026-10-25T00:59:59.999Z')).toBe('allows');
    expect(next(written, '2026-10-25T01:00:00Z')).toBe('2026-10-25T01:30:00.000Z');
  });

  test('move by half an hour with the clocks of Lord Howe', () => {
    // 02:00 +11 becomes 01:30 +10:30 at 15:00Z.
    const written = { from: '01:30', to: '02:00' };
    const state = { timezone: 'Australia/Lord_Howe' };
    expect(next(written, '2026-04-04T14:30:00Z', state)).toBe('2026-04-04T15:30:00.000Z');
  });

  test('do not lose a day where a zone left one out', () => {
    // Apia had no 30 December 2011: Thursday was followed by Saturday at 10:00Z.
    const state = { timezone: 'Pacific/Apia' };
    expect(next({ denied: [{ days: ['thursday', 'saturday'] }] }, '2011-12-30T09:00:00Z', state)).toBe(
      '2011-12-31T10:00:00.000Z',
    );
    expect(next({ denied: [{ days: ['friday'] }] }, '2011-12-30T10:00:00Z', state)).toBe('allows');
  });

  test('begin and end at the first instant of a date whose midnight does not exist', () => {
    // Santiago goes from 24:00 to 01:00 at 04:00Z.
    const state = { timezone: 'America/Santiago' };
    expect(next({ denied: [{ days: ['saturday'] }] }, '2026-09-06T03:00:00Z', state)).toBe(
      '2026-09-06T04:00:00.000Z',
    );
  });
});

describe('spans', () => {
  test('over midnight belong to the day on which they begin', () => {
    const written = { denied: [{ from: '22:00', to: '06:00', days: ['friday'] }] };
    expect(next(written, '2026-03-06T21:00:00Z')).toBe('2026-03-07T05:00:00.000Z');
    expect(next(written, '2026-03-06T03:00:00Z')).toBe('allows');
    expect(next(written, '2026-03-07T21:00:00Z')).toBe('allows');
  });

  test('hold for the whole day without hours, and join with the next one', () => {
    const written = { denied: [{ days: ['saturday', 'sunday'] }, { from: '00:00', to: '09:00' }] };
    expect(next(written, '2026-03-07T00:00:00Z')).toBe('2026-03-09T08:00:00.000Z');
  });

  test('that are allowed leave the rest quiet', () => {
    const written = {
      allowed: [
        { from: '09:00', to: '12:00' },
        { from: '15:00', to: '24:00', days: ['friday'] },
      ],
    };
    expect(next(written, '2026-03-06T11:00:00Z')).toBe('2026-03-06T14:00:00.000Z');
    expect(next(written, '2026-03-06T22:59:00Z')).toBe('allows');
    expect(next(written, '2026-03-06T23:00:00Z')).toBe('2026-03-07T08:00:00.000Z');
  });
});

describe('holidays', () => {
  test('are quiet all day, in every year or in one', () => {
    const written = { ...NIGHTS, holidays: ['12-25', '2026-12-26'] };
    expect(next(written, '2026-12-25T11:00:00Z')).toBe('2026-12-27T07:00:00.000Z');
    expect(next(written, '2027-12-25T11:00:00Z')).toBe('2027-12-26T07:00:00.000Z');
  });

  test('may be all there is', () => {
    expect(next({ holidays: ['03-05'] }, '2026-03-04T22:59:59Z')).toBe('allows');
    expect(next({ holidays: ['03-05'] }, '2026-03-04T23:00:00Z')).toBe('2026-03-05T23:00:00.000Z');
  });

  test('that leave nothing within 400 days are never over', () => {
    const days = Array.from({ length: 420 }, (_, i) =>
      new Date(at('2026-03-01') + i * DAY).toISOString().slice(0, 10),
    );
    expect(next({ holidays: days }, '2026-03-04T12:00:00Z')).toBe('never');
    expect(next({ holidays: days.slice(0, 380) }, '2026-03-04T12:00:00Z')).toBe('2027-03-15T23:00:00.000Z');
  });
});

describe('whose clock', () => {
  const strict = (attributes: Record<string, string>, now: string, written: object = NIGHTS) =>
    next(written, now, { attributes });

  test('is that of a named zone, or of the policy, where the rule says so', () => {
    expect(next({ ...NIGHTS, zone: 'Asia/Kolkata' }, '2026-03-04T15:30:00Z')).toBe(
      '2026-03-05T02:30:00.000Z',
    );
    expect(next({ ...NIGHTS, zone: 'policy' }, '2026-03-04T20:30:00Z')).toBe('allows');
    expect(next({ ...NIGHTS, zone: 'policy' }, '2026-03-04T21:00:00Z')).toBe('2026-03-05T08:00:00.000Z');
  });

  test('of a customer without a zone is every one in the country: quiet if it is quiet in any', () => {
    // 8:00 in Honolulu is 18:00Z; 21:00 in New York was at 01:00Z.
    expect(strict({ country: 'us' }, '2026-07-01T01:00:00Z')).toBe('2026-07-01T18:00:00.000Z');
    expect(strict({ country: 'US' }, '2026-07-01T17:59:59Z')).toBe('2026-07-01T18:00:00.000Z');
    expect(strict({ country: 'US' }, '2026-07-01T18:00:00Z')).toBe('allows');
  });

  test('names five of many zones, and where it is quiet', () => {
    const evidence = find(NIGHTS, at('2026-07-01T17:59:00Z'), { attributes: { country: 'US' } })?.evidence;
    expect(evidence?.zones).toMatch(/^America\/Adak(, [A-Z]\S+){4} and \d+ more$/);
    expect(evidence?.reading).toBe('07:59 Pacific/Honolulu');
  });

  test('is never right where the zones of a country leave no common time', () => {
    const noon = { allowed: [{ from: '12:00', to: '14:00' }] };
    expect(strict({ country: 'RU' }, '2026-07-01T12:00:00Z', noon)).toBe('never');
  });

  test("is the policy's without a country, or with one that does not exist", () => {
    expect(strict({}, '2026-07-01T07:59:00Z')).toBe('2026-07-01T08:00:00.000Z');
    expect(strict({ country: 'Germany' }, '2026-07-01T07:59:00Z')).toBe('2026-07-01T08:00:00.000Z');
    expect(strict({ country: 'XX' }, '2026-07-01T07:59:00Z')).toBe('2026-07-01T08:00:00.000Z');
  });

  test('is looked for under the attribute that the rule names', () => {
    const written = { ...NIGHTS, country: 'land' };
    expect(strict({ land: 'IN', country: 'US' }, '2026-07-01T02:29:00Z', written)).toBe(
      '2026-07-01T02:30:00.000Z',
    );
    expect(quietHours.reads?.(ruleOf(quietHours, written).spec)).toEqual({ attributes: ['land'] });
  });

  test("may be assumed to be the policy's, or the customer left alone by the rule", () => {
    const attributes = { country: 'US' };
    expect(strict(attributes, '2026-07-01T08:00:00Z', { ...NIGHTS, unknownZone: 'assume' })).toBe('allows');
    expect(strict(attributes, '2026-07-01T03:00:00Z', { ...NIGHTS, unknownZone: 'ignore' })).toBe(
      'nothing to say',
    );
  });

  test('of a customer whose zone has no known clocks is unknown', () => {
    expect(next(NIGHTS, '2026-07-01T07:59:00Z', { timezone: 'Mars/Olympus' })).toBe(
      '2026-07-01T08:00:00.000Z',
    );
  });
});

describe('a customer who asked not to be disturbed', () => {
  const busy = (until: string) => ({ timezone: 'Europe/Berlin', busyUntil: at(until) });

  test('is left alone until exactly then', () => {
    const state = busy('2026-03-04T13:00:00Z');
    expect(find(NIGHTS, at('2026-03-04T12:59:59.999Z'), state)).toMatchObject({
      reason: 'do-not-disturb',
      nextEligibleAt: at('2026-03-04T13:00:00Z'),
    });
    expect(find(NIGHTS, at('2026-03-04T13:00:00Z'), state)?.verdict).toBe('allows');
  });

  test('is left alone until the quiet time is over, too', () => {
    expect(next(NIGHTS, '2026-03-04T12:00:00Z', busy('2026-03-04T22:00:00Z'))).toBe(
      '2026-03-05T07:00:00.000Z',
    );
  });

  test('is left alone where the zone is unknown and ignored', () => {
    const written = { ...NIGHTS, unknownZone: 'ignore' };
    expect(next(written, '2026-03-04T12:00:00Z', { busyUntil: at('2026-03-04T22:00:00Z') })).toBe(
      '2026-03-04T22:00:00.000Z',
    );
  });

  test('is not asked about where the rule says so', () => {
    const written = { ...NIGHTS, doNotDisturb: false };
    expect(next(written, '2026-03-04T12:00:00Z', busy('2026-03-04T22:00:00Z'))).toBe('allows');
  });

  test('who never wants to be, never is', () => {
    const state = { timezone: 'Europe/Berlin', busyUntil: Number.MAX_SAFE_INTEGER };
    expect(find(NIGHTS, at('2026-03-04T12:00:00Z'), state)?.verdict).toBe('blocks');
  });
});

describe('a waiver', () => {
  const written = { ...NIGHTS, waivedBy: 'any-time' };
  const consent = { status: 'granted', purpose: 'any-time', at: at('2026-03-01'), source: 'app' } as const;
  const night = (...consents: Facts['state']['consents']) =>
    next(written, '2026-03-04T22:00:00Z', { timezone: 'Europe/Berlin', consents });

  test('lifts quiet times, on its channel', () => {
    expect(night(consent)).toBe('allows');
    expect(night({ ...consent, channel: 'E-Mail' })).toBe('allows');
    expect(night({ ...consent, channel: 'sms' })).not.toBe('allows');
  });

  test('must be for this purpose, granted, and by every source', () => {
    expect(night()).not.toBe('allows');
    expect(night({ status: 'granted', at: consent.at, source: 'app' })).not.toBe('allows');
    expect(night({ ...consent, status: 'pending' })).not.toBe('allows');
    expect(night(consent, { ...consent, source: 'crm', status: 'withdrawn', at: consent.at - DAY })).not.toBe(
      'allows',
    );
  });

  test('is over once everything is withdrawn, and back when granted anew', () => {
    const withdrawn = { status: 'withdrawn', at: consent.at + HOUR, source: 'app' } as const;
    expect(night(consent, withdrawn)).not.toBe('allows');
    expect(night({ ...consent, at: consent.at + 2 * HOUR }, withdrawn)).toBe('allows');
    expect(night({ ...consent, at: withdrawn.at }, withdrawn)).not.toBe('allows');
  });

  test('does not lift a wish not to be disturbed', () => {
    const state = { timezone: 'Europe/Berlin', consents: [consent], busyUntil: at('2026-03-04T23:00:00Z') };
    expect(next(written, '2026-03-04T22:00:00Z', state)).toBe('2026-03-04T23:00:00.000Z');
  });
});

describe('the ready-made sets', () => {
  const CHICAGO = { timezone: 'America/Chicago' };
  /** Of a day in Chicago (UTC−6), when it opens and closes by its clock. */
  function openHours(written: object, date: string, region?: string): string {
    const midnight = at(`${date}T06:00:00Z`);
    const state = { ...CHICAGO, ...(region && { attributes: { region } }) };
    const open = Array.from({ length: 24 * 4 }, (_, i) => i / 4).filter(
      (hour) => find(written, midnight + hour * HOUR, state)?.verdict === 'allows',
    );
    return `${open[0]}–${(open.at(-1) ?? 0) + 0.25}, ${open.length / 4} h`;
  }

  test('us is open from 8 to 21', () => {
    expect(openHours({ set: 'us' }, '2026-03-04')).toBe('8–21, 13 h');
    expect(openHours({ set: 'us' }, '2026-03-01')).toBe('8–21, 13 h');
  });

  test.each([
    ['FL', '8–20, 12 h', '8–20, 12 h'],
    ['us-ok', '8–20, 12 h', '8–20, 12 h'],
    ['MD', '8–20, 12 h', '8–20, 12 h'],
    ['US-CT', '9–20, 11 h', '9–20, 11 h'],
    ['tx', '9–21, 12 h', '12–21, 9 h'],
    ['NY', '8–21, 13 h', '8–21, 13 h'],
    ['Bavaria', '9–20, 11 h', '12–20, 8 h'],
    [undefined, '9–20, 11 h', '12–20, 8 h'],
  ])('us-states is for %s open %s on weekdays and %s on Sundays', (region, wednesday, sunday) => {
    expect(openHours({ set: 'us-states' }, '2026-03-04', region)).toBe(wednesday);
    expect(openHours({ set: 'us-states' }, '2026-03-01', region)).toBe(sunday);
  });

  test('have holidays, too, and ask for the region that the rule names', () => {
    const written = { set: 'us-states', holidays: ['03-04'], region: 'state' };
    expect(next(written, '2026-03-04T20:00:00Z', { ...CHICAGO, attributes: { state: 'NY' } })).toBe(
      '2026-03-05T14:00:00.000Z',
    );
    expect(quietHours.reads?.(ruleOf(quietHours, written).spec)).toEqual({
      attributes: ['country', 'state'],
    });
  });
});

test('whatever the instant, there is an answer', () => {
  for (const now of [-1, 0, MINUTE, 8.64e15, Number.MAX_SAFE_INTEGER]) {
    expect(find({ ...NIGHTS, holidays: ['12-25'] }, now)).toBeDefined();
  }
});

test('a spec is plain data, so that policies that differ have different digests', () => {
  const { spec } = ruleOf(quietHours, { set: 'us-states', holidays: ['12-25'], waivedBy: 'any-time' });
  expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
});
