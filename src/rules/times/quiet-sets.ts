import type { Weekday } from '../../model/calendar.ts';
import type { OpenWeek } from '../../model/timetable.ts';
import { openWeekWhere } from '../../model/timetable.ts';
import { openWeek, spanOf } from './written-times.ts';

/** The sets of quiet hours that are ready to be named. */
export const QUIET_SETS = ['us', 'us-states'] as const;
export type QuietSet = (typeof QUIET_SETS)[number];

const WEEKDAYS_AND_SATURDAY: readonly Weekday[] = [1, 2, 3, 4, 5, 6];
const SUNDAY: readonly Weekday[] = [7];
const within = (from: number, to: number) => openWeek([spanOf(from * 60, to * 60)], 'within');

/** The federal baseline of the United States: from 8 to 21, by the clock of the person called. */
export const US_BASELINE: OpenWeek = within(8, 21);

/** States that are stricter than the baseline. */
const STRICTER: Readonly<Record<string, OpenWeek>> = {
  FL: within(8, 20),
  OK: within(8, 20),
  MD: within(8, 20),
  CT: within(9, 20),
  TX: openWeek([spanOf(9 * 60, 21 * 60, WEEKDAYS_AND_SATURDAY), spanOf(12 * 60, 21 * 60, SUNDAY)], 'within'),
};

/** The states, the district and the territories, by their postal code. */
const STATES =
  'AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR VI'.split(
    ' ',
  );

/** What is open in each of the United States. */
export const US_STATES: readonly (readonly [state: string, OpenWeek])[] = STATES.map((state) => [
  state,
  STRICTER[state] ?? US_BASELINE,
]);

/** What is open in all of the United States at once. */
export const US_STRICTEST: OpenWeek = inAll(US_STATES.map(([, week]) => week));

function inAll(weeks: readonly OpenWeek[]): OpenWeek {
  const edges = weeks.flatMap((week) => week.flatMap((day) => day.flatMap(({ from, to }) => [from, to])));
  return openWeekWhere(edges, (weekday, minute) =>
    weeks.every((week) => week[weekday - 1]?.some(({ from, to }) => from <= minute && minute < to)),
  );
}
