import { defineConfig } from 'vitest/config';
import { LongestFirst } from './support/longest-first.ts';

// Two tiers: `pure` needs nothing; `real` runs against one Kafka and one Redis that its global set-up starts.
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    // One worker waits for a broker most of the time; the other decides meanwhile.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'pure',
          include: ['test/{unit,property,simulation,fuzz}/**/*.test.ts', 'test/*.test.ts'],
          setupFiles: ['test/support/property-seed.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'real',
          include: ['test/{contract,integration,fault}/**/*.test.ts'],
          globalSetup: ['test/stack/global-setup.mjs'],
          pool: 'forks',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
