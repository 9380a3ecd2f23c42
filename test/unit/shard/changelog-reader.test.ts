import { expect, it } from 'vitest';
import { ChangelogReader } from '../../../src/shard/changelog-reader.ts';
import type { FetchTarget, Log } from '../../../src/shard/log.ts';

function readerOf(fetch: Log['fetch'], signal: AbortSignal): ChangelogReader {
  return new ChangelogReader({
    log: { fetch } as Log,
    clocks: { monotonic: () => performance.now() },
    place: { topic: 'state', partition: 0 },
    fetchWait: 1,
    timeout: 1_000,
    signal,
  });
}

it('a changelog that is not read to its end, because the shard is to stop, is not taken for an empty one', async () => {
  const stop = new AbortController();
  const reader = readerOf(async () => {
    stop.abort();
    return [];
  }, stop.signal);
  await expect(reader.first()).rejects.toMatchObject({ code: 'kafka-unreachable' });
});

it('a changelog without a visible record has no first one', async () => {
  const fetch = async ([target]: readonly FetchTarget[]) => {
    const { topic, partition, offset } = target as FetchTarget;
    return [
      {
        kind: 'records' as const,
        topic,
        partition,
        from: offset,
        records: [],
        nextOffset: 4,
        highWatermark: 4,
        lastStableOffset: 4,
      },
    ];
  };
  const reader = readerOf(fetch, new AbortController().signal);
  await expect(reader.first()).resolves.toBeUndefined();
});

const RECORD = {
  topic: 'state',
  partition: 0,
  offset: 0,
  key: Buffer.from('log'),
  value: Buffer.from('id'),
  headers: [],
  timestamp: 1,
};

/** The log as it was when it was empty, by an answer that was asked for before the call; then as it is. */
function lateAnswerFirst(): Log['fetch'] {
  const place = { kind: 'records' as const, topic: 'state', partition: 0 };
  const empty = { records: [], nextOffset: 0, highWatermark: 0, lastStableOffset: 0, askedBefore: 5 };
  const full = { records: [RECORD], nextOffset: 1, highWatermark: 1, lastStableOffset: 1 };
  let calls = 0;
  return async ([target]) => {
    const from = (target as FetchTarget).offset;
    calls += 1;
    return [{ ...place, from, ...(calls === 1 ? empty : full) }];
  };
}

it('what an answer says of the end that was asked for before the call is not believed', async () => {
  const { signal } = new AbortController();
  await expect(readerOf(lateAnswerFirst(), signal).first()).resolves.toEqual(RECORD);
  await expect(readerOf(lateAnswerFirst(), signal).end(0)).resolves.toBe(1);
});
