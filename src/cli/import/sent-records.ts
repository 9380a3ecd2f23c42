import type { Config } from '../../config/config.ts';
import { TactError } from '../../kernel/errors.ts';
import type { Instant } from '../../kernel/time.ts';
import type { Header } from '../../model/record.ts';
import type { TrafficRecord } from '../../traffic/record.ts';
import { TRAFFIC_INPUTS } from '../../traffic/record.ts';
import type { SentRecord } from '../abilities.ts';
import type { StoryEvent } from '../event.ts';
import { parseEvent, parseObject } from '../event.ts';
import { readLines } from '../lines.ts';
import { type Sample, sampleEvents } from '../sample.ts';
import type { Terminal } from '../terminal.ts';

/** Generated records, each for the configured input that fits it; past sends are left out where no input is ungoverned. */
export async function* sampleRecords(
  sample: Omit<Sample, 'fits'>,
  config: Config,
): AsyncGenerator<SentRecord, void, void> {
  const fits = (record: TrafficRecord) => inputFor(record, config) !== undefined;
  for (const record of sampleEvents({ ...sample, fits })) {
    const topic = inputFor(record, config) ?? '';
    const value = typeof record.value === 'string' ? record.value : JSON.stringify(record.value);
    yield sentRecord(topic, record.key, value, record.at);
  }
}

function inputFor({ topic, kind }: TrafficRecord, { inputs }: Config): string | undefined {
  if (inputs.some((input) => input.topic === topic)) return topic;
  const governed = TRAFFIC_INPUTS.find((input) => input.topic === topic)?.governed ?? true;
  return inputs.find((input) => input.kind === kind && input.governed === governed)?.topic;
}

/** What a file says, line by line; `onProblem` is told of lines that cannot be read, which are left out. */
export async function* fileRecords(
  file: string | undefined,
  config: Config,
  terminal: Terminal,
  onProblem: (line: number, problem: string) => void,
): AsyncGenerator<SentRecord, void, void> {
  for await (const { number, text } of readLines(file, terminal)) {
    const record = lineRecord(text, config, terminal.now());
    if (typeof record === 'string') onProblem(number, record);
    else yield record;
  }
}

/** The record of a line, or what is wrong with the line. */
function lineRecord(text: string, config: Config, now: Instant): SentRecord | string {
  const fields = parseObject(text);
  if (fields && fields.type === undefined && 'value' in fields) return wholeRecord(fields, now);
  const parsed = parseEvent(text);
  if (!parsed.ok) return parsed.problem;
  const { event } = parsed;
  const { at = now, value, key } = event;
  const happened = event.kind === 'outbound' ? { createdAt: at } : { occurredAt: at };
  const customer = typeof value.customerId === 'string' ? value.customerId : null;
  const topic = event.topic ?? firstInput(event, config);
  return sentRecord(topic, key === undefined ? customer : key, JSON.stringify({ ...happened, ...value }), at);
}

function firstInput({ kind, governed }: StoryEvent, { inputs }: Config): string {
  const input =
    inputs.find((each) => each.kind === kind && each.governed === governed) ??
    inputs.find((each) => each.kind === kind);
  if (input) return input.topic;
  throw new TactError('invalid-config', `no input of kind ${kind} is configured; name a topic in the line`);
}

function wholeRecord(fields: Record<string, unknown>, now: Instant): SentRecord | string {
  const { topic, key = null, value, headers = {}, timestamp = now } = fields;
  if (typeof topic !== 'string') return 'is a record without a "topic"';
  if (key !== null && typeof key !== 'string') return 'has a "key" that is neither text nor null';
  if (typeof timestamp !== 'number') return 'has a "timestamp" that is no number of milliseconds';
  if (typeof headers !== 'object' || headers === null) return 'has "headers" that are no object';
  const text = value === null || typeof value === 'string' ? value : JSON.stringify(value);
  return { ...sentRecord(topic, key, text, timestamp), headers: headersOf(headers) };
}

function headersOf(headers: object): Header[] {
  return Object.entries(headers).map(([name, value]) => ({
    name,
    value: value === null ? null : Buffer.from(String(value)),
  }));
}

function sentRecord(topic: string, key: string | null, value: string | null, timestamp: Instant): SentRecord {
  return {
    topic,
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers: [],
    timestamp,
  };
}
