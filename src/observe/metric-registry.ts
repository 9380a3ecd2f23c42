import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import {
  type LabelsOf,
  METRICS,
  type MetricDefinition,
  type MetricName,
  type NamesOf,
} from './metric-table.ts';

/** Every metric of the table and those of the process, in a registry of its own. */
export interface MetricRegistry {
  counter<N extends NamesOf<'counter'>>(name: N): Counter<LabelsOf<N>>;
  gauge<N extends NamesOf<'gauge'>>(name: N): Gauge<LabelsOf<N>>;
  histogram<N extends NamesOf<'histogram'>>(name: N): Histogram<LabelsOf<N>>;
  /** All series, in Prometheus' text format 0.0.4. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}

export function createMetricRegistry(): MetricRegistry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const built = new Map<MetricName, Counter | Gauge | Histogram>();
  for (const [name, definition] of Object.entries<MetricDefinition>(METRICS)) {
    built.set(name as MetricName, build(name, definition, registry));
  }
  return {
    counter: (name) => built.get(name) as Counter<LabelsOf<typeof name>>,
    gauge: (name) => built.get(name) as Gauge<LabelsOf<typeof name>>,
    histogram: (name) => built.get(name) as Histogram<LabelsOf<typeof name>>,
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

function build(name: string, definition: MetricDefinition, registry: Registry): Counter | Gauge | Histogram {
  const { help, labels, buckets } = definition;
  const options = { name, help, labelNames: [...labels], registers: [registry] };
  if (definition.type === 'counter') return new Counter(options);
  if (definition.type === 'gauge') return new Gauge(options);
  return new Histogram({ ...options, buckets: [...(buckets ?? [])] });
}
