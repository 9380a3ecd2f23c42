import { afterEach, describe, expect, it, vi } from 'vitest';
import { OffsetCommits } from '../../../src/kafka/offset-commits.ts';
import type { TopicOffset } from '../../../src/model/record.ts';

const at = (partition: number, offset: number): TopicOffset => ({ topic: 'in', partition, offset });

/** A group whose answers the test gives one by one. */
function group() {
  const asked: { offsets: readonly TopicOffset[]; answer(): void; refuse(): void }[] = [];
  const commits = new OffsetCommits(
    (offsets) =>
      new Promise((answer, reject) => asked.push({ offsets, answer, refuse: () => reject(new Error('no')) })),
  );
  const answer = async () => {
    asked.at(-1)?.answer();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { asked, commits, answer };
}

describe('group offsets', () => {
  afterEach(() => vi.useRealTimers());

  it('are committed one commit at a time, the newest of each partition in the next one', async () => {
    const { asked, commits, answer } = group();
    const saved = [commits.save([at(0, 1)]), commits.save([at(0, 2), at(1, 7)]), commits.save([at(0, 3)])];
    expect(asked).toMatchObject([{ offsets: [at(0, 1)] }]);
    await answer();
    expect(asked).toHaveLength(2);
    expect(asked[1]?.offsets).toEqual([at(0, 3), at(1, 7)]);
    await answer();
    await Promise.all(saved);
    expect(asked).toHaveLength(2);
  });

  it('are not committed again while they are the same, until the group is joined anew', async () => {
    const { asked, commits, answer } = group();
    void commits.save([at(0, 1), at(1, 1)]);
    await answer();
    void commits.save([at(0, 1), at(1, 2)]);
    expect(asked[1]?.offsets).toEqual([at(1, 2)]);
    await answer();
    await commits.save([at(0, 1), at(1, 2)]);
    expect(asked).toHaveLength(2);
    commits.forget();
    void commits.save([at(0, 1)]);
    expect(asked[2]?.offsets).toEqual([at(0, 1)]);
    await answer();
  });

  it('are saved without an error when the group refuses them, and committed with the next save', async () => {
    const { asked, commits, answer } = group();
    const saved = commits.save([at(0, 1)]);
    asked[0]?.refuse();
    await saved;
    void commits.save([at(0, 1)]);
    expect(asked[1]?.offsets).toEqual([at(0, 1)]);
    await answer();
  });

  it('keep nobody waiting for a coordinator that does not answer', async () => {
    vi.useFakeTimers();
    const { asked, commits } = group();
    const saved = Promise.all(Array.from({ length: 50 }, (_, i) => commits.save([at(0, i)])));
    await vi.advanceTimersByTimeAsync(2_100);
    await saved;
    expect(asked).toHaveLength(1);
  });
});
