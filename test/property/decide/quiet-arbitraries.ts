import fc from 'fast-check';
import type { WrittenQuietHours, WrittenSpan } from '../../oracle/written.ts';
import { maybe, oneOrTwo, parts, seldom, some, zone } from './choices.ts';

const clock = some('08:00', '12:00', '21:00', '23:30', '00:00', '02:30', '20:07');
const days = oneOrTwo('monday', 'wednesday', 'saturday', 'sunday');
const nightly = fc
  .tuple(clock, clock)
  .filter(([from, to]) => from !== to)
  .map(([from, to]): WrittenSpan => ({ from, to }));
const daily: fc.Arbitrary<WrittenSpan> = fc.oneof(
  fc.tuple(nightly, days).map(([span, on]) => ({ ...span, days: on })),
  days.map((on) => ({ days: on })),
);
// With at most one span for every day no policy is quiet all week.
const spans = fc.oneof(
  fc.oneof(nightly, daily).map((one) => [one]),
  fc.tuple(nightly, daily).map((both) => [...both]),
);
const clocks: fc.Arbitrary<WrittenQuietHours> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ from: '21:00', to: '08:00' }) },
  spans.map((denied) => ({ denied })),
  spans.map((allowed) => ({ allowed })),
  some<WrittenQuietHours>({ set: 'us' }, { set: 'us-states' }),
);
/** Times that leave some of the week open. */
export const quietHours: fc.Arbitrary<WrittenQuietHours> = fc
  .tuple(
    clocks,
    parts<WrittenQuietHours>({
      holidays: seldom(oneOrTwo('03-29', '2026-10-25', '2026-03-08', '12-25')),
      zone: seldom(zone),
      unknownZone: maybe(some('strict', 'assume', 'ignore')),
      doNotDisturb: seldom(some(true, false)),
      waivedBy: seldom(some('nights')),
    }),
  )
  .map(([one, { unknownZone, ...other }]) => ({
    ...one,
    ...other,
    ...(unknownZone !== undefined && (other.zone ?? 'customer') === 'customer' && { unknownZone }),
  }));
