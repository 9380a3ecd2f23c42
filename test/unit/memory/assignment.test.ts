import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignShards } from '../../../src/memory/assignment.ts';

const member = (memberId: string, owned: number[] = []) => ({
  memberId,
  owned: new Set(owned),
});

describe('assignShards', () => {
  it('gives everything to a single member', () => {
    expect(assignShards([member('a')], 3)).toEqual(new Map([['a', new Set([0, 1, 2])]]));
  });

  it('moves only what balance requires when a member joins', () => {
    const next = assignShards([member('a', [0, 1, 2, 3]), member('b', [4, 5, 6]), member('c')], 7);
    expect([...(next.get('a') ?? [])]).toEqual([0, 1, 2]);
    expect([...(next.get('b') ?? [])]).toEqual([4, 5]);
    expect([...(next.get('c') ?? [])]).toEqual([3, 6]);
  });

  it('keeps what a member owns when another leaves', () => {
    const next = assignShards([member('b', [2, 3]), member('c', [4])], 5);
    expect([...(next.get('b') ?? [])]).toEqual([2, 3, 0]);
    expect([...(next.get('c') ?? [])]).toEqual([4, 1]);
  });

  it('assigns every shard once, evenly, and takes nothing from a member that is not above its share', () => {
    const owners = fc.array(fc.integer({ min: -1, max: 4 }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(owners, fc.integer({ min: 1, max: 5 }), (ownerOfShard, count) => {
        const members = Array.from({ length: count }, (_, index) =>
          member(
            `m${index}`,
            ownerOfShard.flatMap((owner, shard) => (owner === index ? [shard] : [])),
          ),
        );
        const next = assignShards(members, ownerOfShard.length);
        const all = [...next.values()].flatMap((shards) => [...shards]).sort((a, b) => a - b);
        expect(all).toEqual(ownerOfShard.map((_, shard) => shard));
        const sizes = [...next.values()].map((shards) => shards.size);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        const least = Math.floor(ownerOfShard.length / count);
        for (const { memberId, owned } of members) {
          const kept = [...owned].filter((shard) => next.get(memberId)?.has(shard)).length;
          expect(kept).toBeGreaterThanOrEqual(Math.min(owned.size, least));
        }
      }),
    );
  });
});
