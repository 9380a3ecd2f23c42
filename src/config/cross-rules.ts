import { formatPath } from '../kernel/path.ts';
import type { Refusal } from './issues.ts';
import type { ParsedConfig } from './schema.ts';

type Settled = Partial<ParsedConfig>;

/** What must hold between sections; a rule whose sections have mistakes of their own is left out. */
export function checkAcross(settled: Settled): Refusal[] {
  return [...checkTopics(settled), ...checkTimes(settled), ...checkFormats(settled)];
}

interface NamedTopic {
  readonly path: readonly PropertyKey[];
  readonly topic: string;
  readonly role: 'input' | 'output' | 'internal';
}

/** A topic that is read and written would feed Tact its own answers; two inputs or internal topics are never one. */
function checkTopics(settled: Settled): Refusal[] {
  const seen: NamedTopic[] = [];
  const found: Refusal[] = [];
  for (const named of namedTopics(settled)) {
    const clash = seen.find((other) => other.topic === named.topic && !mayShare(other, named));
    if (clash)
      found.push({ path: named.path, message: `topic ${named.topic} already is ${formatPath(clash.path)}` });
    else seen.push(named);
  }
  return found;
}

/** Outputs may share a topic; that an input stands twice is told by the inputs themselves. */
function mayShare(one: NamedTopic, other: NamedTopic): boolean {
  return one.role === other.role && one.role !== 'internal';
}

/** Inputs come last: they are written more often than the others, and the clash is told where the later one stands. */
function namedTopics({ inputs = [], outputs, topics }: Settled): NamedTopic[] {
  const named: NamedTopic[] = [];
  const add = (role: NamedTopic['role'], topic: string, ...path: PropertyKey[]) =>
    named.push({ role, topic, path });
  for (const [name, topic] of Object.entries(topics ?? {})) add('internal', topic, 'topics', name);
  for (const kind of ['cleared', 'suppressed', 'deadLetter', 'decided'] as const) {
    if (outputs) add('output', outputs[kind].topic, 'outputs', kind, 'topic');
  }
  for (const [channel, topic] of Object.entries(outputs?.cleared.byChannel ?? {})) {
    add('output', topic, 'outputs', 'cleared', 'byChannel', channel);
  }
  inputs.forEach(({ topic, cleared }, index) => {
    if (cleared !== undefined) add('output', cleared, 'inputs', index, 'cleared');
    add('input', topic, 'inputs', index, 'topic');
  });
  return named;
}

function checkTimes({ kafka, freshness, shutdown }: Settled): Refusal[] {
  const found: Refusal[] = [];
  if (kafka && freshness && kafka.fetchMaxWaitMs >= freshness.maxAgeMs) {
    found.push({ path: ['freshness', 'maxAgeMs'], message: 'must be more than kafka.fetchMaxWaitMs' });
  }
  if (kafka && shutdown && shutdown.deadlineMs >= kafka.sessionTimeoutMs) {
    found.push({ path: ['shutdown', 'deadlineMs'], message: 'must be less than kafka.sessionTimeoutMs' });
  }
  return found;
}

/** Schemas of Confluent-framed records are known by a number only, so they must come from somewhere. */
function checkFormats(settled: Settled): Refusal[] {
  if (!('registry' in settled) || settled.registry !== undefined) return [];
  return (settled.inputs ?? []).flatMap(({ format, schemas }, index) => {
    const known = format !== 'confluent-avro' || Object.keys(schemas?.ids ?? {}).length > 0;
    return known
      ? []
      : [{ path: ['inputs', index, 'format'], message: 'needs registry.url, or schemas.ids of the input' }];
  });
}
