import { expect, test } from 'vitest';
import { formatProblem } from '../../../src/policy/format-problem.ts';
import { parsePolicy } from '../../../src/policy/parse-policy.ts';

/** What is said about a rule with this part. */
function complaints(part: string): string[] {
  const parsed = parsePolicy(
    `apiVersion: tact/v1
name: test
enforce: true
channels: { email: {} }
classes: { marketing: {} }
rules:
  - id: nights
    ${part}
`,
    'p.yaml',
  );
  return parsed.ok ? [] : parsed.problems.map(formatProblem);
}

test.each([
  'quietHours: { from: 21:00, to: 08:00 }',
  'quietHours: { from: "21:00", to: "24:00", zone: Europe/Berlin, doNotDisturb: false }',
  'quietHours: { denied: [{ from: "22:00", to: "06:00", days: [friday] }, { days: [sunday] }], unknownZone: ignore }',
  'quietHours: { allowed: [{ from: "09:00", to: "24:00" }], holidays: [2026-12-25, "02-29"], waivedBy: any-time }',
  'quietHours: { set: us-states, region: state, country: land }',
  'quietHours: { holidays: ["12-25"] }',
  'preference: {}',
  'preference: { limits: false }',
])('%s is understood', (part) => {
  expect(complaints(part)).toEqual([]);
});

test.each([
  ['quietHours: {}', 'expected one of: from and to, denied, allowed, set'],
  ['quietHours: { from: "21:00" }', 'expected both from and to'],
  [
    'quietHours: { from: "9:00", to: "08:00" }',
    'expected a time of day such as 08:00 or 21:30, up to 24:00, got "9:00"',
  ],
  [
    'quietHours: { from: "21:00", to: "24:01" }',
    'expected a time of day such as 08:00 or 21:30, up to 24:00, got "24:01"',
  ],
  [
    'quietHours: { from: 2100, to: "08:00" }',
    'expected a time of day such as 08:00 or 21:30, up to 24:00, got 2100',
  ],
  ['quietHours: { from: "08:00", to: "08:00" }', 'expected times that are not quiet all week'],
  ['quietHours: { denied: [{}] }', 'expected times that are not quiet all week'],
  ['quietHours: { allowed: [{ from: "09:00" }] }', 'expected both from and to, or neither'],
  ['quietHours: { denied: [] }', 'expected at least 1 entries'],
  [
    'quietHours: { set: us, denied: [{ days: [sunday] }] }',
    'expected one of: from and to, denied, allowed, set',
  ],
  ['quietHours: { set: eu }', 'expected one of us, us-states, got "eu"'],
  ['quietHours: { denied: [{ days: [sunnday] }] }', 'sunday'],
  [
    'quietHours: { set: us, holidays: ["02-30"] }',
    'expected a date such as 2026-12-25, or 12-25 for every year, got "02-30"',
  ],
  ['quietHours: { set: us, holidays: ["2026-02-29"] }', 'or 12-25 for every year, got "2026-02-29"'],
  [
    'quietHours: { set: us, zone: Berlin }',
    'expected customer, policy or an IANA time zone such as Europe/Berlin, got "Berlin"',
  ],
  [
    'quietHours: { set: us, zone: policy, unknownZone: strict }',
    'expected only beside zone: customer, got "strict"',
  ],
  [
    'quietHours: { set: us, unknownZone: assume, country: land }',
    'expected only beside unknownZone: strict, got "land"',
  ],
  ['quietHours: { set: us, region: state }', 'expected only beside set: us-states, got "state"'],
  ['quietHours: { from: "21:00", to: "08:00", day: monday }', 'unknown key day'],
  ['quietHours: { denied: [{ days: [friday], hours: 9-17 }] }', 'unknown key hours'],
  ['quietHours: { denied: [friday] }', 'expected a mapping, got "friday"'],
  ['quietHours: { denied: { days: [friday] } }', 'expected a list, got a mapping'],
  ['quietHours: { allowed: [{ days: friday }] }', 'expected a list, got "friday"'],
  ['quietHours: { set: us, holidays: 12-25 }', 'expected a list, got "12-25"'],
  ['preference: { topic: false }', 'unknown key topic'],
  ['preference: { topics: maybe }', 'expected true or false, got "maybe"'],
])('%s is refused: %s', (part, message) => {
  const said = complaints(part);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain(message);
});
