import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METRICS, type MetricDefinition, type MetricName } from '../../../src/observe/metric-table.ts';
import { createMetrics } from '../../../src/observe/metrics.ts';
import { parseExposition } from './exposition.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly datasource: { readonly uid: string };
  }[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
}

interface Dashboard {
  readonly uid: string;
  readonly editable: boolean;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
}

/** Metrics that no panel shows, each for a reason. */
const UNUSED: readonly MetricName[] = [];

const text = readFileSync('deploy/grafana/tact-overview.json', 'utf8');
const dashboard = JSON.parse(text) as Dashboard;
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const queries = [
  ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.annotations.list.map(({ expr }) => expr),
];

/** Every selector of a query as name and what stands in its braces. */
function selectors(query: string): { name: string; matchers: string }[] {
  return [...query.matchAll(/\b((?:tact|process|nodejs)_[a-z0-9_]+)(?:\{([^}]*)\})?/g)].map((match) => ({
    name: match[1] ?? '',
    matchers: match[2] ?? '',
  }));
}

function base(name: string): string {
  const short = name.replace(/_(bucket|sum|count)$/, '');
  return Object.hasOwn(METRICS, short) ? short : name;
}

describe('the overview dashboard', () => {
  it('is the classic model with a stable uid, and cannot be edited in place', () => {
    expect(dashboard.uid).toBe('tact-overview');
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39);
    expect(dashboard.schemaVersion).toBeLessThanOrEqual(41);
    expect(dashboard.editable).toBe(false);
    expect(dashboard.templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource' });
  });

  it('gives every panel an id of its own and a place that no other takes', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const taken = new Set<string>();
    for (const { gridPos, title } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x}/${y}`), title).toBe(false);
          taken.add(`${x}/${y}`);
        }
      }
    }
  });

  it('explains every panel, names its unit, and takes its data from the chosen source', () => {
    expect(panels.length).toBeGreaterThan(20);
    for (const { title, description, fieldConfig, datasource, targets = [] } of panels) {
      expect(description, title).toBeTruthy();
      expect(fieldConfig?.defaults.unit, title).toBeTruthy();
      for (const source of [datasource, ...targets.map((target) => target.datasource)]) {
        expect(source?.uid, title).toMatch(/^\$\{datasource\}$/);
      }
      expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length);
    }
  });

  it('asks only for metrics that a scrape offers', async () => {
    const { types } = parseExposition((await createMetrics({ version: '1', topics: [] }).render()).body);
    const asked = queries.flatMap(selectors).map(({ name }) => base(name));
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((name) => !types.has(name))).toEqual([]);
  });

  it('shows every metric of Tact, but for those left out on purpose', () => {
    const asked = new Set(queries.flatMap(selectors).map(({ name }) => base(name)));
    const missing = (Object.keys(METRICS) as MetricName[]).filter((name) => !asked.has(name));
    expect(missing).toEqual(UNUSED);
  });

  it('reads the parts of a histogram, and only of a histogram', () => {
    for (const { name } of queries.flatMap(selectors)) {
      const definition: MetricDefinition | undefined = METRICS[base(name) as MetricName];
      if (definition) expect(name !== base(name), name).toBe(definition.type === 'histogram');
    }
  });

  it('filters every query by job and process and uses only labels that the metric has', () => {
    for (const { name, matchers } of queries.flatMap(selectors)) {
      expect(matchers, name).toContain('job=~"$job",instance=~"$instance"');
      const definition: MetricDefinition | undefined = METRICS[base(name) as MetricName];
      const known = ['job', 'instance', ...(definition?.labels ?? [])];
      const used = [...matchers.matchAll(/(\w+)(?:=~|!=|!~|=)"/g)].map((match) => match[1] ?? '');
      expect(
        used.filter((label) => !known.includes(label)),
        name,
      ).toEqual([]);
    }
    for (const query of queries) {
      const known = selectors(query).flatMap(
        ({ name }) => METRICS[base(name) as MetricName]?.labels ?? [],
      ) as string[];
      for (const match of query.matchAll(/by \(([^)]*)\)/g)) {
        const grouped = (match[1] ?? '').split(',').map((label) => label.trim());
        expect(
          grouped.filter((label) => !['le', 'instance', ...known].includes(label)),
          query,
        ).toEqual([]);
      }
    }
  });

  it('takes rates of counters only, over the interval that Grafana works out', () => {
    for (const query of queries) {
      for (const match of query.matchAll(/\[([^\]]*)\]/g)) expect(match[1], query).toBe('$__rate_interval');
      for (const match of query.matchAll(/(?:rate|increase)\((\w+)/g)) {
        expect(match[1], query).toMatch(/(_total|_bucket|_sum|_count)$/);
      }
    }
  });
});
