import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { balance, type Claim } from '../../../src/kafka/balance.ts';

const group = fc.record({
  shards: fc.integer({ min: 1, max: 40 }),
  members: fc.integer({ min: 1, max: 9 }),
  owners: fc.array(fc.integer({ min: -1, max: 8 }), { minLength: 40, maxLength: 40 }),
});

/** Claims without a conflict: shard i was owned by member `owners[i]`, or by nobody who is here. */
function claimsOf({
  shards,
  members,
  owners,
}: {
  shards: number;
  members: number;
  owners: readonly number[];
}): Claim[] {
  return Array.from({ length: members }, (_, member) => ({
    memberId: `member-${member}`,
    owned: owners.slice(0, shards).flatMap((owner, shard) => (owner === member ? [shard] : [])),
  }));
}

const sorted = (numbers: Iterable<number>) => [...numbers].sort((a, b) => a - b);

describe('the balance of shards', () => {
  it('gives every shard to exactly one member, in parts that differ by one at most', () => {
    fc.assert(
      fc.property(group, (of) => {
        const owners = balance(claimsOf(of), of.shards);
        expect(sorted([...owners.values()].flat())).toEqual(
          Array.from({ length: of.shards }, (_, shard) => shard),
        );
        const sizes = [...owners.values()].map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('moves no more shards than equal parts require', () => {
    fc.assert(
      fc.property(group, (of) => {
        const claims = claimsOf(of);
        const owners = balance(claims, of.shards);
        const kept = claims.map(
          ({ memberId, owned }) => owned.filter((shard) => owners.get(memberId)?.includes(shard)).length,
        );
        const most = mostThatCanStay(
          claims.map(({ owned }) => owned.length),
          of.shards,
        );
        expect(kept.reduce((sum, count) => sum + count, 0)).toBe(most);
      }),
    );
  });

  it('changes nothing when it is applied again, whatever the order of the members', () => {
    fc.assert(
      fc.property(group, (of) => {
        const first = balance(claimsOf(of), of.shards);
        const again = [...first].map(([memberId, owned]) => ({ memberId, owned })).reverse();
        expect(new Map([...balance(again, of.shards)].sort())).toEqual(new Map([...first].sort()));
      }),
    );
  });

  it('survives claims of the same shard twice and of shards that do not exist', () => {
    const owners = balance(
      [
        { memberId: 'b', owned: [0, 1, 7, -1, 0.5] },
        { memberId: 'a', owned: [1, 1] },
      ],
      2,
    );
    expect([owners.get('a'), owners.get('b')]).toEqual([[1], [0]]);
    expect(balance([], 3)).toEqual(new Map());
  });
});

/** Everybody keeps up to the floor; those who own more may keep one more, while larger parts last. */
function mostThatCanStay(ownedCounts: readonly number[], shards: number): number {
  const floor = Math.floor(shards / ownedCounts.length);
  const larger = shards % ownedCounts.length;
  const gains = ownedCounts.map((count) => (count > floor ? 1 : 0)).sort((a, b) => b - a);
  const atFloor = ownedCounts.reduce((sum, count) => sum + Math.min(count, floor), 0);
  return atFloor + gains.slice(0, larger).reduce<number>((sum, gain) => sum + gain, 0);
}
