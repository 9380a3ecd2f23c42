export interface Header {
  name: string;
  value: Buffer | null;
}

/** A record of an input topic, and what its producer says it is. */
export interface Input {
  /** `topic/partition/offset` */
  source: string;
  /** `topic/partition` */
  from: string;
  offset: number;
  timestamp: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: Header[];
  kind: string;
  customer: string;
  labels: Record<string, string>;
}

/** A record of an output topic. */
export interface Outcome {
  outlet: 'cleared' | 'suppressed' | 'dead-letter';
  topic: string;
  partition: number;
  offset: number;
  timestamp: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: Header[];
  source: string | undefined;
  decidedAt: number | undefined;
  /** Whether it was deferred before. */
  waited: boolean;
  /** The reason, as the headers say it. */
  why: string | undefined;
}

/** A record of a re-routed topic. */
export interface Rerouted {
  source: string | undefined;
  partition: number;
}

export interface ShardFacts {
  shard: number;
  changelog: { offset: number; timestamp: number; key: Buffer | null; value: Buffer | null }[];
  end: number;
  hash: Map<string, Buffer>;
  /** The fields in the index of deferred messages; absent: none. */
  due?: string[];
}

export interface Facts {
  inputs: Input[];
  outcomes: Outcome[];
  rerouted: Rerouted[];
  shards: ShardFacts[];
  abortedOutcomes: number;
}

export interface Limit {
  id: string;
  limit: number;
  windowMs: number;
  where?: Record<string, string>;
  per?: string[];
  /** The rule of the policy that means it. */
  rule?: string;
}

export interface Expectations {
  inputs: string[];
  cleared: string[];
  suppressed: string;
  deadLetter: string;
  rerouted: string[];
  changelog: string;
  keyPrefix: string;
  limits: Limit[];
  freshnessMs?: number;
  clockMs?: number;
}

export interface Judgement {
  id: string;
  promise: string;
  holds: boolean;
  violations: number;
  examples: string[];
  counts: Record<string, number>;
}

export interface Report {
  holds: boolean;
  judgements: Judgement[];
  abortedOutcomes: number;
}

export function judge(
  facts: Facts,
  expected: Pick<Expectations, 'limits' | 'freshnessMs' | 'clockMs'>,
): Report;
export function check(addresses: { kafka: string; redis: string }, expected: Expectations): Promise<Report>;
