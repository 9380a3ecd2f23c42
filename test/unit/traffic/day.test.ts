import { beforeAll, describe, expect, it } from 'vitest';
import { HOUR } from '../../../src/kernel/time.ts';
import { generateDay } from '../../../src/traffic/day.ts';
import type { TrafficRecord } from '../../../src/traffic/record.ts';

const date = Date.UTC(2026, 2, 10);
const customers = 2_000;
let records: TrafficRecord[] = [];
let messages: TrafficRecord[] = [];

beforeAll(() => {
  records = [...generateDay({ seed: 1, customers, date })];
  messages = records.filter(({ kind }) => kind === 'outbound');
});

const field = (record: TrafficRecord, name: string) =>
  typeof record.value === 'string' ? undefined : record.value[name];
const share = (part: readonly unknown[], whole: readonly unknown[]) => part.length / whole.length;
const ofType = (type: string) =>
  records.filter((each) => each.kind === 'interaction' && field(each, 'type') === type);

describe('a generated day', () => {
  it('has six to ten records per customer, and three messages', () => {
    expect(records.length / customers).toBeGreaterThan(6);
    expect(records.length / customers).toBeLessThan(10);
    expect(messages.length / customers).toBeCloseTo(3, 0);
  });

  it('mixes three platforms, the newsletters being most', () => {
    const from = (sender: string) =>
      share(
        messages.filter((each) => field(each, 'sender') === sender),
        messages,
      );
    expect(from('crm')).toBeGreaterThan(0.35);
    expect(from('app')).toBeGreaterThan(0.2);
    expect(from('shop')).toBeGreaterThan(0.1);
  });

  it('has consents of most customers before the day starts', () => {
    const consents = ofType('consent-granted');
    const agreed = new Set(consents.map(({ customerId }) => customerId));
    expect(agreed.size / customers).toBeGreaterThan(0.8);
    expect(agreed.size / customers).toBeLessThan(0.99);
    expect(consents.every(({ at }) => at < date)).toBe(true);
  });

  it('has past sends in the last nine days and none on the day', () => {
    const past = ofType('sent');
    expect(past.length / customers).toBeGreaterThan(1);
    expect(past.every(({ at }) => at < date && at >= date - 9 * 24 * HOUR)).toBe(true);
  });

  it('has responses, a few of them opt-outs, complaints and bounces', () => {
    const answers = records.filter(({ answers }) => answers !== undefined);
    expect(share(answers, messages)).toBeGreaterThan(0.1);
    expect(share(answers, messages)).toBeLessThan(0.5);
    expect(ofType('opened').length).toBeGreaterThan(ofType('clicked').length);
    expect(ofType('clicked').length).toBeGreaterThan(0);
    for (const type of ['unsubscribed', 'bounced', 'purchased', 'visited'])
      expect(ofType(type)).not.toEqual([]);
  });

  it('has messages sent twice, late ones, and a few that cannot be read', () => {
    const ids = messages.flatMap((each) => field(each, 'messageId') ?? []);
    const twice = ids.length - new Set(ids).size;
    expect(twice / ids.length).toBeGreaterThan(0.005);
    expect(twice / ids.length).toBeLessThan(0.06);
    const late = messages.filter((each) => each.at - Number(field(each, 'createdAt')) > 4 * HOUR);
    expect(share(late, messages)).toBeGreaterThan(0.0005);
    const unreadable = messages.filter(({ customerId }) => customerId === undefined);
    expect(unreadable.length).toBeGreaterThan(0);
    expect(share(unreadable, messages)).toBeLessThan(0.003);
  });

  it('has bursts when campaigns start and a quiet night', () => {
    const hours = Array.from({ length: 24 }, () => 0);
    for (const { at } of messages) {
      const hour = Math.floor((at - date) / HOUR);
      hours[hour] = (hours[hour] ?? 0) + 1;
    }
    expect(hours[7]).toBeGreaterThan(10 * (hours[3] ?? 0));
    expect(hours[20]).toBeGreaterThan(2 * (hours[3] ?? 0));
  });

  it('has a heavy tail of customers', () => {
    const counts = new Map<string, number>();
    for (const { customerId = '' } of messages) counts.set(customerId, (counts.get(customerId) ?? 0) + 1);
    const sorted = [...counts.values()].sort((a, b) => b - a);
    expect(sorted[0]).toBeGreaterThan(15);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(5);
  });

  it('keys the app by device, so that the key is not always the customer', () => {
    const app = messages.filter(({ topic }) => topic === 'app.outbound.requested');
    expect(app.every(({ key, customerId }) => key !== customerId || customerId === undefined)).toBe(true);
    expect(app.some(({ key }) => key === null)).toBe(true);
  });
});
