import { expect, test } from 'vitest';
import { outcomeOf } from '../../checker/facts.mjs';

function read(headers: Record<string, string>) {
  const named = Object.entries(headers).map(([name, value]) => ({ name, value: Buffer.from(value) }));
  const place = { topic: 'cleared', partition: 2, offset: 7 };
  return outcomeOf('cleared', { ...place, timestamp: 5, key: null, value: null, headers: named });
}

test('an outcome says where it came from, when it was decided and that it was decided at once', () => {
  const headers = { 'tact-source': 'asked/0/1', 'tact-decided-at': '2026-03-01T10:00:00.250Z' };
  expect(read(headers)).toMatchObject({
    source: 'asked/0/1',
    decidedAt: Date.UTC(2026, 2, 1, 10, 0, 0, 250),
    waited: false,
  });
});

test('an outcome with the beginning of a wait has waited', () => {
  expect(read({ 'tact-waiting-since': '2026-03-01T10:00:00.000Z' }).waited).toBe(true);
});
