import type { Policy } from '../decide/policy.ts';
import type { Instant } from '../kernel/time.ts';
import type { Decision } from '../model/decision.ts';
import type { OutboundMessage } from '../model/message.ts';
import type { LogRecord, OutputRecord, TopicOffset } from '../model/record.ts';
import { clearedRecord, deadLetterRecord, decisionId, decisionRecord } from '../records/output-records.ts';
import type { ShardDeps } from './deps.ts';
import { type Outputs, recordBytes } from './outputs.ts';
import type { OwnedShard } from './owned-shard.ts';
import type { UnreadableRecord } from './sorted-batch.ts';

/** A message with its record, and the place where that first came in. */
export interface MessageRecord {
  readonly record: LogRecord;
  readonly source: TopicOffset;
  readonly message: OutboundMessage;
}

/** Where a turn's outputs go, and in whose name. */
export interface Publishing {
  readonly deps: ShardDeps;
  readonly owned: OwnedShard;
  readonly policy: Policy;
  readonly outputs: Outputs;
}

/** Adds what the decision leads to; a deferred one leads to nothing but its own record, where decisions are published. */
export function addDecision(
  { deps, owned, policy, outputs }: Publishing,
  { record, source, message }: MessageRecord,
  decision: Decision,
): void {
  const { topics, inputs } = deps.settings;
  const place = owned.layout.outputPartition;
  const decided = {
    record,
    source,
    decision,
    decisionId: decisionId(source, record.timestamp),
    policy,
  };
  if (decision.outcome === 'cleared') {
    const ofInput = inputs.find((input) => input.topic === source.topic)?.cleared;
    const topic = ofInput ?? topics.clearedByChannel.get(decision.channel) ?? topics.cleared;
    outputs.add(place(topic), clearedRecord(decided));
  }
  const isSuppressed = decision.outcome === 'suppressed';
  if (!isSuppressed && topics.decided === undefined) return;
  const whole = decisionRecord({ ...decided, message, format: deps.outputFormat });
  if (isSuppressed) outputs.add(place(topics.suppressed), whole);
  if (topics.decided !== undefined) outputs.add(place(topics.decided), whole);
}

/** Adds the whole record if it can be forwarded, else without what makes it large. */
export function addDeadLetter(
  { deps, owned, outputs }: Publishing,
  unreadable: UnreadableRecord,
  now: Instant,
): void {
  const { service, recordBytesMax, topics } = deps.settings;
  const letter = {
    ...unreadable,
    service: { name: service, shard: owned.layout.shard },
    now,
  };
  const whole: OutputRecord = deadLetterRecord(letter);
  const fits = recordBytes(whole) <= recordBytesMax;
  const place = owned.layout.outputPartition(topics.deadLetter);
  outputs.add(place, fits ? whole : deadLetterRecord({ ...letter, dropValue: true }));
}
