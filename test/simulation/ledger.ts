import type { Instant } from '../../src/kernel/time.ts';
import type { MemoryBroker } from '../../src/memory/memory-broker.ts';
import type { LogRecord } from '../../src/model/record.ts';
import type { Input } from './scenario.ts';

export const OUTLETS = ['cleared', 'suppressed', 'dead-letter'] as const;
export type Outlet = (typeof OUTLETS)[number];

/** An input as it was appended. */
export interface Appended {
  readonly source: string;
  readonly input: Input;
  /** When, on the true clock. */
  readonly at: Instant;
}

/** One terminal outcome, as it became visible to a committed reader. */
export interface Outcome {
  readonly source: string;
  readonly outlet: Outlet;
  readonly decidedAt: Instant;
  readonly reason: string;
  readonly waited: boolean;
  readonly shard: number;
  /** When it became visible, on the true clock. */
  readonly seenAt: Instant;
  /** Outcomes that became visible together have the same number. */
  readonly step: number;
}

/** What went in and what came out, read as any platform would read it. Knows nothing of shards, states or Redis. */
export class Ledger {
  readonly appended = new Map<string, Appended>();
  readonly outcomes: Outcome[] = [];
  readonly bySource = new Map<string, Outcome[]>();
  /** When re-routed records arrived, by the place they first came in. */
  readonly reroutedAt = new Map<string, Instant>();
  readonly #broker: MemoryBroker;
  readonly #shards: number;
  readonly #read = new Map<string, number>();
  #steps = 0;

  constructor(broker: MemoryBroker, shards: number) {
    this.#broker = broker;
    this.#shards = shards;
  }

  append(source: string, input: Input, at: Instant): void {
    this.appended.set(source, { source, input, at });
  }

  /** Reads on; returns the outcomes that are new. */
  readOn(now: Instant): readonly Outcome[] {
    const from = this.outcomes.length;
    this.#steps += 1;
    for (let shard = 0; shard < this.#shards; shard++) {
      for (const outlet of OUTLETS) {
        for (const record of this.#news(outlet, shard)) this.#add(outlet, record, now);
      }
      for (const record of this.#news('rerouted-interactions', shard)) {
        this.reroutedAt.set(header(record, 'tact-source'), now);
      }
    }
    return from === this.outcomes.length ? NONE : this.outcomes.slice(from);
  }

  #news(topic: string, partition: number): readonly LogRecord[] {
    const place = `${topic}/${partition}`;
    const from = this.#read.get(place) ?? 0;
    const { lastStableOffset } = this.#broker.offsets(topic, partition);
    if (lastStableOffset <= from) return NONE;
    this.#read.set(place, lastStableOffset);
    return this.#broker.read(topic, partition, { from });
  }

  #add(outlet: Outlet, record: LogRecord, now: Instant): void {
    const source = header(record, 'tact-source');
    const outcome: Outcome = {
      source,
      outlet,
      decidedAt: Date.parse(header(record, 'tact-decided-at')),
      reason: header(record, 'tact-why'),
      waited: header(record, 'tact-waiting-since') !== '',
      shard: record.partition,
      seenAt: now,
      step: this.#steps,
    };
    this.outcomes.push(outcome);
    this.bySource.set(source, [...(this.bySource.get(source) ?? []), outcome]);
  }
}

const NONE: readonly never[] = [];

function header(record: LogRecord, name: string): string {
  return record.headers.find((each) => each.name === name)?.value?.toString() ?? '';
}
