import { describe, expect, test } from 'vitest';
import { readTactSchema } from '../../../src/records/tact-schema.ts';
import { jsonRecord, logRecord, readWith } from '../../fixtures/records/records.ts';

const kind = 'interaction' as const;
const fact = (fields: Record<string, unknown>) => ({
  customerId: 'c1',
  type: 'preferences-updated',
  ...fields,
});
const interactionOf = (fields: Record<string, unknown>) => {
  const read = readWith({ kind }, jsonRecord(fact(fields)));
  if (read.kind !== 'interaction') throw new Error(JSON.stringify(read));
  return read.interaction;
};
const messageOf = (preferences: unknown) => {
  const read = readWith({ kind }, jsonRecord(fact({ preferences })));
  return read.kind === 'unreadable' ? read.failure.message : read.kind;
};

const WISHES = {
  limits: [{ scope: { channel: ['email'] }, limit: 2, window: '7d' }],
  declinedTopics: ['offers', 'news'],
  wantedTopics: [],
  days: ['Monday', 'sunday'],
  hours: [{ from: '09:00', to: '24:00' }],
};
const READ = {
  limits: [{ scope: { channel: ['email'] }, limit: 2, window: 604_800_000 }],
  declinedTopics: ['news', 'offers'],
  wantedTopics: [],
  days: [1, 7],
  hours: [{ from: 540, to: 1440 }],
};

describe('what a customer wants', () => {
  test('is read from JSON and from Avro alike', () => {
    expect(interactionOf({ preferences: WISHES }).preferences).toEqual(READ);
    const { type, singleObjectPrefix } = readTactSchema('Interaction');
    const value = Buffer.concat([singleObjectPrefix, type.toBuffer(fact({ preferences: WISHES }))]);
    const read = readWith({ kind }, logRecord({ value }));
    expect(read.kind === 'interaction' && read.interaction.preferences).toEqual(READ);
  });

  test('has only the parts that were said', () => {
    expect(interactionOf({ preferences: { days: ['friday'], hours: null } }).preferences).toEqual({
      days: [5],
    });
    expect(interactionOf({}).preferences).toBeUndefined();
  });

  test.each([
    [{ colour: 'red' }, /a part that is none of limits, declinedTopics, wantedTopics, days, hours/],
    [{ limits: 3 }, /preferences.limits is not a list/],
    [{ limits: [{ limit: -1, window: '7d' }] }, /no whole number from 0 to 2000/],
    [{ limits: [{ window: '7d' }] }, /no whole number/],
    [{ limits: [{ limit: 1, window: '400d' }] }, /between 1ms and 35d/],
    [{ limits: [{ limit: 1, window: '7d', scope: { mood: ['x'] } }] }, /cannot be limited to/],
    [{ days: ['someday'] }, /none of monday/],
    [{ hours: [{ from: '9', to: '18:00' }] }, /not such as 09:30/],
    [{ hours: [{ from: '24:01', to: '18:00' }] }, /not such as 09:30/],
    [{ hours: ['09:00'] }, /not such as 09:30/],
    ['late', /preferences is text, not an object/],
  ])('that cannot be understood (%j) makes the record unreadable', (preferences, message) => {
    expect(messageOf(preferences)).toMatch(message);
  });
});

describe('an interaction', () => {
  test.each([
    [undefined, false],
    [true, true],
    ['TRUE', true],
    [1, true],
    [0, false],
    ['false', false],
  ])('with automated %j was done by a machine: %j', (automated, expected) => {
    expect(interactionOf({ automated }).automated).toBe(expected);
  });

  test('with anything else for it is unreadable', () => {
    const read = readWith({ kind }, jsonRecord(fact({ automated: 'maybe' })));
    expect(read.kind === 'unreadable' && read.failure.message).toBe('automated is text, not true or false');
  });

  test('of a company’s own type is read, one of an unknown type is passed over', () => {
    const kindOf = (type: string) => readWith({ kind }, jsonRecord({ customerId: 'c1', type })).kind;
    expect(kindOf('x-store-visit')).toBe('interaction');
    expect(kindOf('store-visit')).toBe('ignored');
    expect(kindOf('x-')).toBe('ignored');
    expect(kindOf('x-Über')).toBe('ignored');
  });
});
