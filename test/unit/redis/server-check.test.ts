import { describe, expect, it } from 'vitest';
import { reportOf } from '../../../src/redis/server-check.ts';

const info = (facts: Record<string, string>) =>
  ['# Server', ...Object.entries(facts).map(([name, value]) => `${name}:${value}`), ''].join('\r\n');
const good = {
  redis_version: '7.0.15',
  maxmemory_policy: 'noeviction',
  role: 'master',
  cluster_enabled: '0',
};

const ALONE = { isCluster: false };

describe('reportOf', () => {
  it('has nothing to say about a Redis that is as advised', () => {
    expect(reportOf([info(good)], ALONE)).toEqual({ version: '7.0.15', warnings: [] });
  });

  it('warns of eviction, of a replica and of a cluster', () => {
    const report = reportOf(
      [info({ ...good, maxmemory_policy: 'volatile-lru', role: 'slave', cluster_enabled: '1' })],
      ALONE,
    );
    expect(report.warnings).toHaveLength(3);
    expect(report.warnings[0]).toContain('volatile-lru');
  });

  it('takes 6.2 and refuses what is older, for good', () => {
    expect(reportOf([info({ ...good, redis_version: '6.2.0' })], ALONE).version).toBe('6.2.0');
    expect(reportOf([info({ ...good, redis_version: '10.0.1' })], ALONE).version).toBe('10.0.1');
    for (const version of ['6.0.16', '5.9.9']) {
      expect(() => reportOf([info({ ...good, redis_version: version })], ALONE)).toThrow(
        `redis ${version} is too old`,
      );
    }
  });

  it('says once what all primaries of a cluster have in common, and that it is one only where it is not known', () => {
    const node = info({ ...good, cluster_enabled: '1', maxmemory_policy: 'allkeys-lru' });
    const report = reportOf([node, node, info({ ...good, redis_version: '7.2.4' })], { isCluster: true });
    expect(report).toEqual({ version: '7.0.15, 7.2.4', warnings: [expect.stringContaining('allkeys-lru')] });
  });

  it('warns rather than fails when the server tells nothing', () => {
    expect(reportOf([''], ALONE)).toMatchObject({
      version: 'unknown',
      warnings: [expect.stringContaining('unknown')],
    });
  });
});
