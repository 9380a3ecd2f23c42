import type { Config } from '../../config/config.ts';
import { messageOf, TactError } from '../../kernel/errors.ts';
import type { Duration, Instant } from '../../kernel/time.ts';
import { DAY } from '../../kernel/time.ts';
import type { CustomerState } from '../../model/customer-state.ts';
import type { Abilities } from '../abilities.ts';
import { readDecision, type TailedDecision } from '../tailed-record.ts';
import { type MessageTrace, messageOf as messageIn, tracesOf } from './message-trace.ts';

/** So far back the topics are read where nothing says when it happened. */
const SINCE: Duration = 7 * DAY;

/** What is looked for in the topics of decisions. */
export interface DecisionSearch {
  readonly customerId: string;
  /** Absent: every decision about the customer. */
  readonly messageId?: string;
  readonly topic: string;
  readonly since: Instant;
  /** The decisions that suffice, by message and instant; absent: read to the end. */
  readonly wanted?: readonly WantedDecision[];
}

export interface WantedDecision {
  readonly messageId: string;
  readonly at: Instant;
}

/** One partition that was read. */
export interface LookedAt {
  readonly topic: string;
  readonly partition: number;
  readonly since: Instant;
  readonly records: number;
}

export interface FoundDecisions {
  /** The latest first. */
  readonly decisions: readonly TailedDecision[];
  /** Absent: nothing was read. */
  readonly lookedAt?: LookedAt;
  /** Offsets that were not read though they were to be: reading was stopped, or the log handed out nothing more. */
  readonly unread?: number;
  /** Why it could not be read to the end. */
  readonly problem?: string;
}

export interface Question {
  readonly customerId: string;
  readonly messageId?: string;
  /** How far back to look whatever is known. */
  readonly since?: Duration;
  readonly now: Instant;
}

/**
 * Where the whole decisions lie that answer the question: from the time on that the state knows, and no further than
 * needed. Undefined where the topics cannot say more than the state.
 */
export function planSearch(
  question: Question,
  state: CustomerState | undefined,
  { outputs }: Config,
): DecisionSearch | undefined {
  const all = outputs.decided.mode === 'all';
  const { customerId, messageId, since, now } = question;
  const search = {
    customerId,
    ...(messageId !== undefined && { messageId }),
    topic: all ? outputs.decided.topic : outputs.suppressed.topic,
  };
  if (since !== undefined) return { ...search, since: now - since };
  const traces = state === undefined ? [] : tracesOf(state, messageId);
  if (state === undefined || (messageId !== undefined && traces.length === 0)) {
    return { ...search, since: now - SINCE };
  }
  const published = traces.filter(({ kind }) => all || kind === 'stopped');
  const wanted =
    messageId === undefined ? published.filter(({ at }) => at > now - SINCE) : published.slice(0, 1);
  if (wanted.length === 0) return undefined;
  const from = Math.min(...wanted.map(({ at }) => at));
  // When a waiting message was deferred again is not known.
  if (messageId !== undefined && wanted[0]?.kind === 'waiting') return { ...search, since: from };
  return { ...search, since: from, wanted: wanted.map(wantedDecision) };
}

/** Where every decision about the customer lies that the topics still have. */
export function searchesForAll(customerId: string, { outputs }: Config): readonly DecisionSearch[] {
  const { suppressed, decided } = outputs;
  const topics = decided.mode === 'all' ? [suppressed.topic, decided.topic] : [suppressed.topic];
  return topics.map((topic) => ({ customerId, topic, since: 0 }));
}

function wantedDecision(trace: MessageTrace): WantedDecision {
  return { messageId: messageIn(trace).messageId, at: trace.at };
}

/** Reads what the customer's shard wrote; where Kafka does not answer, what was found before, and why. */
export async function findDecisions(
  { scanOutputs }: Abilities,
  config: Config,
  shard: number,
  search: DecisionSearch,
  watch: { readonly signal: AbortSignal; progress(read: number, left: number): void },
): Promise<FoundDecisions> {
  const { topic, since, wanted } = search;
  const decisions: TailedDecision[] = [];
  const holds = mentions(search.customerId);
  let lookedAt: LookedAt | undefined;
  let unread = 0;
  const found = () => ({
    decisions: latestFirst(decisions),
    ...(lookedAt && { lookedAt }),
    ...(unread > 0 && { unread }),
  });
  try {
    const { signal } = watch;
    for await (const { partition, records, left } of scanOutputs(config, { topic, shard, since, signal })) {
      lookedAt = { topic, partition, since, records: (lookedAt?.records ?? 0) + records.length };
      decisions.push(...records.flatMap(({ value }) => (holds(value) ? answersIn(value, search) : [])));
      watch.progress(lookedAt.records, left);
      unread = left;
      if (wanted?.every((each) => decisions.some((decision) => isWanted(each, decision)))) {
        unread = 0;
        break;
      }
    }
    return found();
  } catch (error) {
    if (!(error instanceof TactError)) throw error;
    return { ...found(), problem: messageOf(error) };
  }
}

/** Whether the bytes hold the id as JSON or Avro writes it: most records are of others, and need not be decoded. */
function mentions(customerId: string): (value: Buffer | null) => boolean {
  const forms = [customerId, JSON.stringify(customerId).slice(1, -1)].map((form) => Buffer.from(form));
  return (value) => value !== null && forms.some((form) => value.includes(form));
}

function answersIn(value: Buffer | null, { customerId, messageId }: DecisionSearch): TailedDecision[] {
  const decision = readDecision(value);
  if (decision?.message.customerId !== customerId) return [];
  return messageId === undefined || decision.message.messageId === messageId ? [decision] : [];
}

function isWanted({ messageId, at }: WantedDecision, { message, decidedAt }: TailedDecision): boolean {
  return message.messageId === messageId && decidedAt === at;
}

function latestFirst(decisions: readonly TailedDecision[]): TailedDecision[] {
  return [...decisions].sort((one, other) => other.decidedAt - one.decidedAt);
}
