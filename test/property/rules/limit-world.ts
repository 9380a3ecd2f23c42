import fc from 'fast-check';
import { cap } from '../../../src/rules/cap.ts';
import { NOON, send } from '../../unit/decide/build.ts';
import { factsWith, ruleOf } from '../../unit/rules/facts.ts';
import type { PastSend, PlainLimit, PlainMessage, WrittenWindow } from './limit-oracle.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const some = <T>(...values: T[]) => fc.constantFrom(...values);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

/** Around changes of the clocks, and where there are none. */
const now = fc
  .tuple(
    some(
      NOON,
      Date.UTC(2026, 2, 29, 1),
      Date.UTC(2026, 9, 25, 1),
      Date.UTC(2026, 10, 1, 6),
      Date.UTC(2026, 3, 4, 15),
    ),
    fc.oneof(
      fc.integer({ min: -3 * DAY, max: 6 * DAY }),
      fc.integer({ min: -24, max: 24 }).map((h) => h * HOUR),
    ),
  )
  .map(([base, away]) => base + away);
const zone = some(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Havana',
  'Asia/Tokyo',
  'Australia/Lord_Howe',
  'Africa/Cairo',
);

const window: fc.Arbitrary<WrittenWindow> = fc.oneof(
  some(HOUR, 6 * HOUR, DAY, 7 * DAY, 35 * DAY).map((rolling) => ({ rolling })),
  fc.record({
    calendar: some('day', 'week'),
    units: fc.integer({ min: 1, max: 4 }),
    zone,
    weekStart: some(1, 7),
  }),
  fc.record({ calendar: some('month'), units: some(1), zone, weekStart: some(1) }),
  fc.record({
    calendar: some('hour', 'minute'),
    units: some(1, 2, 30),
    zone: some('Europe/Berlin'),
    weekStart: some(1),
  }),
  fc.record({ days: some(1, 3, 14), anchor: some('2026-01-05', '2027-02-28'), zone }),
  some(HOUR, DAY, 7 * DAY).map((firstSend) => ({ firstSend })),
  some<WrittenWindow>({ lifetime: true }),
);

const subject = {
  channel: some('email', 'sms', 'push'),
  class: some('marketing', 'service'),
  campaignId: maybe(some('spring', 'summer')),
  dispatchId: maybe(some('a', 'b', 'c')),
  categories: fc.uniqueArray(some('shoes', 'shoes/running', 'books'), { maxLength: 2 }),
  products: fc.uniqueArray(some('p1', 'p2'), { maxLength: 2 }),
};

const limit: fc.Arbitrary<PlainLimit> = fc
  .record({
    limit: fc.integer({ min: 0, max: 4 }),
    window,
    per: fc.oneof(
      { weight: 3, arbitrary: some<string[]>([]) },
      {
        weight: 1,
        arbitrary: some(['campaign'], ['category'], ['product', 'category'], ['channel', 'dispatch']),
      },
    ),
    count: some<'sends' | 'dispatches'>('sends', 'sends', 'dispatches'),
    countsOnly: maybe(some('email')),
    weights: some<Record<string, number>>({}, {}, { sms: 3, push: 0 }),
    reserve: maybe(
      fc.record({
        class: some('service'),
        slots: fc.integer({ min: 1, max: 4 }),
        releaseBefore: maybe(some(HOUR, DAY)),
      }),
    ),
    released: fc.boolean(),
  })
  .map(({ released, reserve, ...rest }) => {
    const ends = 'calendar' in rest.window || 'days' in rest.window;
    const { releaseBefore, ...kept } = reserve ?? { class: '', slots: 0 };
    return {
      ...rest,
      ...(reserve !== undefined &&
        !('lifetime' in rest.window) && {
          reserve: ends && releaseBefore !== undefined ? { ...kept, releaseBefore } : kept,
        }),
      ...(released && (ends || 'rolling' in rest.window) && { releasedAt: 0 }),
    } as PlainLimit;
  });

/** Ages that meet the ends of windows, and others; at times the same twice, at times later than now. */
const age = fc.oneof(
  some(0, HOUR, 6 * HOUR, DAY, 7 * DAY, 35 * DAY).chain((exact) => some(exact, exact - 1)),
  fc.integer({ min: 0, max: 40 }).map((hours) => hours * HOUR),
  fc.integer({ min: -HOUR, max: DAY }),
  fc.integer({ min: 0, max: 70 * DAY }),
);
const log = fc.array(fc.record({ age, returned: some(false, false, false, true), ...subject }), {
  maxLength: 14,
});

/** A limit, what went out, and a message that asks. */
export interface World {
  readonly plain: PlainLimit;
  readonly log: readonly PastSend[];
  readonly message: PlainMessage;
  readonly now: number;
}

export const world: fc.Arbitrary<World> = fc
  .record({
    plain: limit,
    log,
    message: fc.record(subject),
    now,
    release: fc.integer({ min: 0, max: 3 * DAY }),
  })
  .map(({ plain, log: ages, message, now: at, release }) => ({
    plain: plain.releasedAt === undefined ? plain : { ...plain, releasedAt: at - release },
    log: ages
      .map(({ age: ago, ...rest }) => ({ ...rest, at: at - ago }))
      .sort((one, other) => one.at - other.at) as PastSend[],
    message: message as PlainMessage,
    now: at,
  }));

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

function writtenWindow(given: WrittenWindow): unknown {
  if ('rolling' in given) return `${given.rolling / 1000}s`;
  if ('firstSend' in given) return { from: 'first-send', length: `${given.firstSend / 1000}s` };
  if ('lifetime' in given) return 'lifetime';
  return 'calendar' in given ? { ...given, weekStart: WEEKDAYS[given.weekStart - 1] } : given;
}

/** The limit as a rule of a policy. */
export function capOf({
  limit: number,
  window: given,
  per,
  count,
  countsOnly,
  weights,
  reserve,
  releasedAt,
}: PlainLimit) {
  const releaseBefore = reserve?.releaseBefore;
  const rule = ruleOf(cap, {
    limit: number,
    window: writtenWindow(given),
    ...(per.length > 0 && { per }),
    count,
    weights: Object.entries(weights).map(([channel, weight]) => ({ for: { channel }, weight })),
    ...(reserve && {
      reserve: {
        class: reserve.class,
        slots: reserve.slots,
        ...(releaseBefore !== undefined && { releaseBefore: `${releaseBefore / 1000}s` }),
      },
    }),
    ...(releasedAt !== undefined && { releaseOn: 'purchased' }),
  });
  return countsOnly === undefined
    ? rule
    : { ...rule, counts: [{ kind: 'field' as const, field: 'channel' as const, values: [countsOnly] }] };
}

/** What the rule may look at. */
export function factsOf({ plain: { releasedAt }, log: past, message, now: at }: World) {
  const event = { type: 'purchased' as const, categories: [], products: [], labels: {} };
  return factsWith({
    state: {
      sends: past.map(({ at: when, ...rest }) => send(when, rest)),
      events: releasedAt === undefined ? [] : [{ ...event, at: releasedAt }],
    },
    message: { ...message },
    now: at,
  });
}
