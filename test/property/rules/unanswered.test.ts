import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CustomerEvent, Send } from '../../../src/model/customer-state.ts';
import { unanswered } from '../../../src/rules/unanswered.ts';
import { send } from '../../unit/decide/build.ts';
import { event } from '../../unit/rules/events.ts';
import { factsWith, ruleOf } from '../../unit/rules/facts.ts';
import { keptOf } from './keeping.ts';

const HOUR = 3_600_000;
const NOW = 1_000 * HOUR;

interface Written {
  readonly messages: number;
  readonly within?: string;
  readonly answers?: readonly string[];
  readonly per?: readonly string[];
  readonly pause?: string;
  readonly limit?: number;
  readonly window?: string;
}

interface Case {
  readonly written: Written;
  readonly sends: readonly Send[];
  readonly events: readonly CustomerEvent[];
  readonly categories: readonly string[];
}

// The oracle: the rule's words, read at one instant.

const hours = (text: string) => Number.parseInt(text, 10) * HOUR;
const isBelow = (path: string, parent: string) => path === parent || path.startsWith(`${parent}/`);

function blocks(given: Case, at: number): boolean {
  const { per = [] } = given.written;
  const categories = per.includes('category') ? given.categories : [undefined];
  return categories.some((category) => blocksIn(given, category, per.includes('channel'), at));
}

function blocksIn(given: Case, category: string | undefined, byChannel: boolean, at: number): boolean {
  const { messages, within = '840h', answers, pause, limit = 0, window = '0h' } = given.written;
  const usual = ['clicked', 'replied', 'visited', 'purchased'];
  const wanted = answers ?? usual;
  const isAbout = (each: { readonly channel?: string; readonly categories: readonly string[] }) =>
    (!byChannel || each.channel === 'email') &&
    (category === undefined || each.categories.some((path) => isBelow(path, category)));
  const counted = given.sends.filter((each) => !each.returned && isAbout(each));
  let row = counted.filter((each) => each.at > at - hours(within));
  for (const each of given.events) {
    if (wanted.includes(each.type) && isAbout(each)) row = row.filter((sent) => sent.at > each.at);
  }
  const inWindow = row.map(({ answered }) => answered);
  if (usual.every((each) => wanted.includes(each))) row = row.slice(inWindow.lastIndexOf(true) + 1);
  const last = row.at(-1);
  if (row.length < messages || last === undefined) return false;
  if (pause !== undefined) return at < last.at + hours(pause);
  return counted.filter((sent) => sent.at > at - hours(window)).length >= limit;
}

/** Whatever changes, changes so long after a send. */
function firstAllowed(given: Case): number | undefined {
  const { within = '840h', pause = '0h', window = '0h' } = given.written;
  const instants = given.sends.flatMap(({ at }) => [within, pause, window].map((each) => at + hours(each)));
  return [NOW, ...instants]
    .filter((at) => at >= NOW)
    .sort((one, other) => one - other)
    .find((at) => !blocks(given, at));
}

// What is generated.

const length = fc.integer({ min: 1, max: 40 }).map((each) => `${each}h`);
const time = fc.integer({ min: 0, max: 45 }).map((each) => NOW - each * HOUR);
const categories = fc.subarray(['shoes', 'shoes/running', 'hats']);
const rest: fc.Arbitrary<Partial<Written>> = fc.oneof(
  fc.record({ pause: length }),
  fc.record({ limit: fc.integer({ min: 0, max: 3 }), window: length }),
);
const options = fc.record(
  {
    within: length,
    answers: fc.subarray(['clicked', 'opened', 'x-called'], { minLength: 1 }),
    per: fc.subarray(['channel', 'category'], { minLength: 1 }),
  },
  { requiredKeys: [] },
);
const aCase: fc.Arbitrary<Case> = fc.record({
  written: fc
    .tuple(fc.integer({ min: 1, max: 4 }), rest, options)
    .map(([messages, how, more]) => ({ messages, ...how, ...more })),
  sends: fc
    .array(
      fc
        .record({
          at: time,
          channel: fc.constantFrom('email', 'sms'),
          categories,
          answered: fc.integer({ min: 0, max: 5 }).map((each) => each === 0),
          returned: fc.integer({ min: 0, max: 5 }).map((each) => each === 0),
        })
        .map(({ at, ...fields }) => send(at, fields)),
      { maxLength: 12 },
    )
    .map((sends) => sends.sort((one, other) => one.at - other.at)),
  events: fc
    .array(
      fc
        .tuple(
          fc.constantFrom('clicked' as const, 'opened' as const, 'x-called' as const),
          time,
          fc.record(
            { channel: fc.constantFrom('email', 'sms'), categories },
            { requiredKeys: ['categories'] },
          ),
        )
        .map(([type, at, fields]) => event(type, at, fields)),
      { maxLength: 4 },
    )
    .map((events) => events.sort((one, other) => one.at - other.at)),
  categories,
});

const find = ({ written, sends, events, categories: own }: Case, now: number) =>
  unanswered.evaluate(
    ruleOf(unanswered, written),
    factsWith({ now, state: { sends, events }, message: { categories: own } }),
  );

test('unanswered blocks, and allows again, exactly when its words say', () => {
  fc.assert(
    fc.property(aCase, (given) => {
      const finding = find(given, NOW);
      expect(finding?.verdict === 'blocks').toBe(blocks(given, NOW));
      if (finding?.verdict !== 'blocks') return;
      const next = finding.nextEligibleAt ?? Number.NaN;
      expect(next).toBe(firstAllowed(given));
      expect(blocks(given, next - 1)).toBe(true);
      expect(find(given, next - 1)?.verdict).toBe('blocks');
      expect(find(given, next)?.verdict).toBe('allows');
    }),
    { numRuns: 2_000 },
  );
});

test('unanswered finds the same with nothing remembered but what it asks for', () => {
  fc.assert(
    fc.property(aCase, (given) => {
      const needs = unanswered.remembers?.(ruleOf(unanswered, given.written)) ?? [];
      const kept = { ...given, events: keptOf(needs, given.events, NOW) };
      expect(find(kept, NOW)).toEqual(find(given, NOW));
    }),
    { numRuns: 1_000 },
  );
});
