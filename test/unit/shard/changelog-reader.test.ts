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
