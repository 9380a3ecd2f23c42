import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../../src/cli/event.ts';
import { sampleEvents, writeEvent } from '../../../src/cli/sample.ts';
import { DAY } from '../../../src/kernel/time.ts';

const parsed = (fields: object) => parseEvent(JSON.stringify(fields));

describe('parseEvent', () => {
  it('reads a message: its own fields are the value, the rest is about the record', () => {
    expect(
      parsed({
        type: 'message',
        at: '2026-03-10T07:00:00+01:00',
        topic: 'crm.outbound.requested',
        key: 'k',
        customerId: 'c-1',
        channel: 'email',
      }),
    ).toEqual({
      ok: true,
      event: {
        kind: 'outbound',
        at: Date.UTC(2026, 2, 10, 6),
        topic: 'crm.outbound.requested',
        key: 'k',
        governed: true,
        value: { customerId: 'c-1', channel: 'email' },
      },
    });
  });

  it('reads any other type as an interaction of that type', () => {
    expect(parsed({ type: 'opened', at: 0, customerId: 'c-1', governed: false })).toEqual({
      ok: true,
      event: { kind: 'interaction', at: 0, governed: false, value: { type: 'opened', customerId: 'c-1' } },
    });
  });

  it('does without an instant', () => {
    expect(parsed({ type: 'opened' })).toEqual({
      ok: true,
      event: { kind: 'interaction', governed: true, value: { type: 'opened' } },
    });
  });

  it.each([
    ['no JSON', 'secret-customer'],
    ['a list', '["secret-customer"]'],
    ['no type', '{"customerId":"secret-customer"}'],
    ['an instant without offset', '{"type":"message","at":"2026-03-10T07:00:00"}'],
    ['an instant that is none', '{"type":"message","at":"2026-13-10T07:00:00Z"}'],
    ['half a millisecond', '{"type":"message","at":0.5}'],
    ['a topic with a blank', '{"type":"message","topic":"secret-customer x"}'],
    ['a key that is a number', '{"type":"message","key":1}'],
    ['a governed that is text', '{"type":"message","governed":"no"}'],
  ])('refuses %s and does not show it', (_what, line) => {
    const result = parseEvent(line);
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toContain('secret-customer');
  });
});

describe('sampleEvents', () => {
  it('makes exactly as many as were asked for', () => {
    for (const count of [1, 10, 1_000]) expect([...sampleEvents({ count, seed: 1 })]).toHaveLength(count);
  });

  it('writes lines that are read back as what they were', () => {
    const records = [...sampleEvents({ count: 3_000, seed: 1 })].filter(
      ({ value }) => typeof value !== 'string',
    );
    expect(records.length).toBeGreaterThan(2_900);
    for (const record of records) {
      const result = parseEvent(writeEvent(record));
      if (!result.ok) throw new Error(result.problem);
      const { at, topic, key, kind, value } = result.event;
      expect({ at, topic, key, kind, value }).toEqual({
        at: record.at,
        topic: record.topic,
        key: record.key,
        kind: record.kind,
        value: record.value,
      });
    }
  });

  it('moves the day to the present and keeps the distance of what was before it', () => {
    const now = Date.UTC(2030, 0, 1);
    const moved = [...sampleEvents({ count: 2_000, seed: 1, now: () => now })];
    expect(Math.max(...moved.map(({ at }) => at))).toBe(now);
    expect(moved.filter(({ at }) => at < now - 5 * DAY).length).toBeGreaterThan(0);
    expect(moved.filter(({ kind, at }) => kind === 'outbound' && at !== now)).toEqual([]);
  });
});
