import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LOG_EVENTS } from '../../../src/observe/log-events.ts';
import { METRICS, type MetricDefinition } from '../../../src/observe/metric-table.ts';
import { createMetrics } from '../../../src/observe/metrics.ts';
import { expectGenerated } from '../../support/generated-part.ts';
import { parseExposition } from './exposition.ts';

const README = 'src/observe/README.md';

function metricTable(): string {
  const rows = Object.entries<MetricDefinition>(METRICS).map(
    ([name, { type, labels, help }]) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(' ')} | ${help} |`,
  );
  return ['| metric | type | labels | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function eventTable(): string {
  const rows = Object.entries(LOG_EVENTS).map(
    ([name, { level, sentence }]) => `| \`${name}\` | ${level} | ${sentence} |`,
  );
  return ['| event | level | says |', '|---|---|---|', ...rows].join('\n');
}

describe("the room's README (UPDATE_DOCS=1 brings it up to date)", () => {
  it('has the table of the metrics', () => {
    expectGenerated(README, 'metrics', metricTable());
  });

  it('has the table of the log events', () => {
    expectGenerated(README, 'events', eventTable());
  });

  it('names exactly the metrics that a running registry offers', async () => {
    const { types } = parseExposition((await createMetrics({ version: '1', topics: [] }).render()).body);
    const offered = [...types.keys()].filter((name) => name.startsWith('tact_')).sort();
    const documented = [...readFileSync(README, 'utf8').matchAll(/^\| `(tact_\w+)`/gm)].map(
      (match) => match[1],
    );
    expect(documented.sort()).toEqual(offered);
  });
});
