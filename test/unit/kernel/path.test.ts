import { expect, test } from 'vitest';
import { formatPath } from '../../../src/kernel/path.ts';

test('a path is written with dots between keys and brackets around list places', () => {
  expect(formatPath(['kafka', 'brokers', 0])).toBe('kafka.brokers[0]');
  expect(formatPath([2, 'id'])).toBe('[2].id');
  expect(formatPath([])).toBe('');
});
