import { assert, TactError } from '../kernel/errors.ts';
import type { Duration } from '../kernel/time.ts';
import type { Fetched, FetchTarget } from '../shard/log.ts';
import { decodeRecordSet } from './batch-decoder.ts';
import type { FetchAsk } from './cluster.ts';
import { FetchCall, isAhead, type Want } from './fetch-call.ts';
import type { FetchedPartition, FetchResponse } from './fetch-response.ts';
import { tactError } from './kafka-error.ts';
import { KeptAnswers } from './kept-answers.ts';
import { answeredWithin } from './time-limit.ts';

/** What the fetcher needs of the brokers. */
export interface FetchSource {
  know(topics: Iterable<string>): Promise<void>;
  refresh(): Promise<void>;
  leaderOf(place: FetchTarget): string | undefined;
  fetch(nodeId: string, ask: FetchAsk): Promise<FetchResponse>;
  bounds(places: readonly FetchTarget[]): Promise<readonly { start: number; end: number }[]>;
  drop(nodeId: string): Promise<void>;
}

export interface FetchLimits {
  /** An idle request waits at the broker for at most this long. */
  readonly maxWaitMs: Duration;
  /** Beside that wait, a request is given up after so long. */
  readonly giveUpMs: Duration;
  readonly partitionBytesMax: number;
  readonly bytesMax: number;
}

/** Where wants are kept whose partition has no leader at the moment. */
const NO_LEADER = '';
const LEADER_PAUSE_MS = 100;
/** While records flow, shards that are about to ask again must not find the broker waiting for the idle ones. */
const BUSY_WAIT_MS = 10;
const BUSY_FOR_MS = 250;
const OFFSET_OUT_OF_RANGE = 1;
const NO_LONGER_HERE = new Set([3, 5, 6, 7, 8, 9, 13, 56, 74, 75, 78, 100]);

/**
 * Reads for many callers at once: per broker one request at a time, made of what all waiting calls still want from it. A
 * partition is never in two requests. What a request brings for a call that was settled meanwhile goes to a call that waits
 * for the same, or else to the next one that asks it, so that a partition of a slower broker has its turn.
 */
export class Fetcher {
  readonly #source: FetchSource;
  readonly #limits: FetchLimits;
  readonly #calls = new Set<FetchCall>();
  readonly #serving = new Set<string>();
  readonly #inFlight = new Set<string>();
  readonly #kept = new KeptAnswers();
  #lastDelivery = Number.NEGATIVE_INFINITY;
  #turn = 0;
  #closed = false;

  constructor(source: FetchSource, limits: FetchLimits) {
    this.#source = source;
    this.#limits = limits;
  }

  /** As `Log.fetch`. Rejects with the signal's reason when it aborts. */
  async fetch(
    targets: readonly FetchTarget[],
    { maxWaitMs, signal }: { maxWaitMs: Duration; signal: AbortSignal },
  ): Promise<Fetched[]> {
    assert(!this.#closed, 'nothing is fetched after close');
    signal.throwIfAborted();
    if (targets.length === 0) return [];
    await this.#source.know(targets.map(({ topic }) => topic));
    const call = new FetchCall(targets, maxWaitMs, signal);
    for (const want of call.wants) {
      const kept = this.#kept.take(want.target);
      if (kept) call.answer(want, kept.answer, kept.sentAt);
    }
    this.#calls.add(call);
    this.#dispatch();
    call.settleIfDone();
    try {
      return await call.result;
    } finally {
      this.#calls.delete(call);
    }
  }

  /** Lets every waiting call fail. */
  close(): void {
    this.#closed = true;
    for (const call of this.#calls) call.fail(new TactError('kafka-unreachable', 'the log was closed'));
  }

  #dispatch(): void {
    for (const call of this.#calls) {
      for (const want of call.wants) {
        const node = this.#nodeOf(want);
        if (node !== undefined) void this.#serve(node);
      }
    }
  }

  async #serve(node: string): Promise<void> {
    if (this.#serving.has(node)) return;
    this.#serving.add(node);
    try {
      for (let wants = this.#wantsOf(node); wants.length > 0; wants = this.#wantsOf(node)) {
        if (node !== NO_LEADER) await this.#ask(node, wants);
        else {
          await this.#lookAgain(wants);
          countAsked(wants);
        }
      }
    } finally {
      this.#serving.delete(node);
    }
  }

  /** Undefined when there is no such partition, which fails the call. */
  #nodeOf(want: Want): string | undefined {
    try {
      return this.#source.leaderOf(want.target) ?? NO_LEADER;
    } catch (error) {
      want.call.fail(tactError('cannot fetch', error));
      return undefined;
    }
  }

  /** At most one want per partition: of several, the one that was asked for least. The first one changes each time. */
  #wantsOf(node: string): Want[] {
    const chosen = new Map<string, Want>();
    for (const call of this.#calls) {
      if (call.settled) continue;
      for (const want of call.wants) {
        const rival = chosen.get(want.key);
        if (isAhead(want) || this.#inFlight.has(want.key) || this.#nodeOf(want) !== node) continue;
        if (!rival || want.asked < rival.asked) chosen.set(want.key, want);
      }
    }
    const wants = [...chosen.values()];
    const first = wants.length > 0 ? this.#turn++ % wants.length : 0;
    return [...wants.slice(first), ...wants.slice(0, first)];
  }

  async #ask(node: string, wants: readonly Want[]): Promise<void> {
    let moved = false;
    const served = new Set(wants);
    const byKey = new Map(wants.map((want) => [want.key, want]));
    const sentAt = performance.now();
    for (const key of byKey.keys()) this.#inFlight.add(key);
    try {
      const request = this.#request(wants, sentAt);
      const limit = request.maxWaitMs + this.#limits.giveUpMs;
      const response = await answeredWithin(limit, 'fetch', this.#source.fetch(node, request));
      for (const partition of response.partitions) {
        const want = byKey.get(`${partition.topic}/${partition.partition}`);
        if (!want) continue;
        if (NO_LONGER_HERE.has(partition.errorCode)) moved = true;
        else served.add(await this.#answer(want, partition, sentAt));
      }
      moved ||= response.errorCode !== 0;
    } catch (error) {
      const failure = tactError('cannot fetch', error);
      for (const { call } of wants) call.fail(failure);
      if (failure.code === 'kafka-unreachable') await this.#source.drop(node);
    }
    for (const key of byKey.keys()) this.#inFlight.delete(key);
    countAsked(served);
    if (moved) await this.#lookAgain(wants);
  }

  #request(wants: readonly Want[], now: number): FetchAsk {
    const busy = now - this.#lastDelivery < BUSY_FOR_MS;
    const patience = Math.min(...wants.map(({ call }) => call.deadline - now), this.#limits.maxWaitMs);
    return {
      targets: wants.map(({ target }) => target),
      maxWaitMs: Math.max(0, busy ? Math.min(patience, BUSY_WAIT_MS) : patience),
      partitionBytesMax: this.#limits.partitionBytesMax,
      bytesMax: this.#limits.bytesMax,
    };
  }

  /** Answers one want, and returns the one that was; what is wrong with its partition fails its call alone. */
  async #answer(asked: Want, partition: FetchedPartition, sentAt: number): Promise<Want> {
    try {
      const answer = await this.#read(asked.target, partition);
      if (answer.kind === 'records' && answer.records.length > 0) this.#lastDelivery = performance.now();
      const want = this.#waiting(asked);
      if (!want.call.settled) want.call.answer(want, answer, sentAt);
      else if (answer.kind === 'records') this.#kept.keep(answer, sentAt);
      return want;
    } catch (error) {
      asked.call.fail(tactError('cannot fetch', error));
      return asked;
    }
  }

  /** The want itself, or when its call is settled, one of another call that waits for the same. */
  #waiting(asked: Want): Want {
    if (!asked.call.settled) return asked;
    for (const call of this.#calls) {
      if (call.settled) continue;
      for (const want of call.wants) {
        if (want.key === asked.key && want.target.offset === asked.target.offset) return want;
      }
    }
    return asked;
  }

  async #read(target: FetchTarget, fetched: FetchedPartition): Promise<Fetched> {
    const { topic, partition, offset: from } = target;
    if (fetched.errorCode === OFFSET_OUT_OF_RANGE) {
      const [bounds] = await this.#source.bounds([target]);
      assert(bounds, 'bounds are given for each partition');
      return {
        kind: 'out-of-range',
        topic,
        partition,
        from,
        logStartOffset: bounds.start,
        highWatermark: bounds.end,
      };
    }
    if (fetched.errorCode !== 0) {
      const what = REFUSALS[fetched.errorCode] ?? `error ${fetched.errorCode} of the broker`;
      throw new TactError('kafka-refused', `cannot fetch ${topic}/${partition} from ${from}: ${what}`);
    }
    const { records, nextOffset } = decodeRecordSet(fetched.recordSet, target, from, fetched.aborted);
    return {
      kind: 'records',
      topic,
      partition,
      from,
      records,
      nextOffset,
      highWatermark: fetched.highWatermark,
      lastStableOffset: fetched.lastStableOffset,
    };
  }

  /** The partitions have moved or are moving: waits a little, reads the metadata again, asks whoever leads then. */
  async #lookAgain(wants: readonly Want[]): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, LEADER_PAUSE_MS));
    try {
      await this.#source.refresh();
    } catch (error) {
      const failure = tactError('cannot fetch', error);
      for (const { call } of wants) call.fail(failure);
    }
    this.#dispatch();
  }
}

function countAsked(wants: Iterable<Want>): void {
  const all = [...wants];
  for (const want of all) want.asked++;
  for (const call of new Set(all.map((want) => want.call))) call.settleIfDone();
}

const REFUSALS: Record<number, string> = {
  2: 'the broker holds a corrupt batch',
  29: 'the ACL of this user lacks the topic',
  76: 'the records are compressed with a codec that this client does not speak: use gzip or none',
};
