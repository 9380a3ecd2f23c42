import { AssignerProtocol } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { decodeOwned, encodeOwned, partitionsOf, shardAssigner } from '../../../src/kafka/assigner.ts';

const { MemberAssignment, MemberMetadata } = AssignerProtocol;

/** What the assigner asks of a cluster. */
function assignerFor(counts: Record<string, number>, owned: readonly number[] = []) {
  const cluster = {
    findTopicPartitionMetadata: (topic: string) => Array.from({ length: counts[topic] ?? 0 }),
  };
  return shardAssigner('state', () => owned)({ cluster, groupId: 'g', logger: {} } as never);
}

describe('the shard assigner', () => {
  it('gives partition i of every topic to the owner of shard i mod N', async () => {
    const counts = { wide: 5, narrow: 1, state: 3 };
    const member = (memberId: string, owned: number[]) => ({
      memberId,
      memberMetadata: assignerFor(counts, owned).protocol({ topics: Object.keys(counts) }).metadata,
    });
    const assignments = await assignerFor(counts).assign({
      members: [member('one', [2]), member('two', [1, 0])],
      topics: Object.keys(counts),
    });
    const read = assignments.map(
      ({ memberAssignment }) => MemberAssignment.decode(memberAssignment)?.assignment,
    );
    expect(read).toEqual([
      { wide: [2], narrow: [], state: [2] },
      { wide: [0, 1, 3, 4], narrow: [0], state: [0, 1] },
    ]);
  });

  it('offers the shards that are owned when the group is joined', () => {
    const { metadata } = assignerFor({ state: 4 }, [1, 3]).protocol({ topics: ['state'] });
    expect(decodeOwned(MemberMetadata.decode(metadata)?.userData)).toEqual([1, 3]);
  });

  it('takes a member of another version for one that owns nothing', () => {
    for (const strange of ['', 'not json', 'null', '{"shards":7}', '{"shards":["1"]}']) {
      expect(decodeOwned(Buffer.from(strange))).toEqual([]);
    }
    expect(decodeOwned(undefined)).toEqual([]);
    expect(decodeOwned(encodeOwned([2, 0]))).toEqual([2, 0]);
  });

  it('assigns nothing while the changelog has no partitions', () => {
    expect(partitionsOf([], [['in', 2]], 0)).toEqual({ in: [] });
  });
});
