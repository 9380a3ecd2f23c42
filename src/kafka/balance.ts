/** A member of the group and the shards that it says it owned until now. */
export interface Claim {
  readonly memberId: string;
  readonly owned: readonly number[];
}

/**
 * Who owns which of the shards `[0, shards)`: everybody gets the floor or the ceiling of an equal part, and a shard stays
 * with its owner unless that owner has more than its part. Deterministic; of two that claim one shard the first by id
 * keeps it.
 */
export function balance(claims: readonly Claim[], shards: number): Map<string, number[]> {
  const members = [...claims].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const kept = keepClaims(members, shards);
  const floor = Math.floor(shards / Math.max(1, members.length));
  let larger = members.length > 0 ? shards % members.length : 0;
  const byOwned = [...members].sort((a, b) => owned(kept, b).length - owned(kept, a).length);
  const result = new Map<string, number[]>();
  const quotas = new Map<string, number>();
  for (const member of byOwned) {
    const quota = floor + (larger-- > 0 ? 1 : 0);
    quotas.set(member.memberId, quota);
    result.set(member.memberId, owned(kept, member).slice(0, quota));
  }
  const taken = new Set([...result.values()].flat());
  const free = Array.from({ length: shards }, (_, shard) => shard).filter((shard) => !taken.has(shard));
  for (const { memberId } of members) {
    const mine = result.get(memberId) ?? [];
    mine.push(...free.splice(0, (quotas.get(memberId) ?? 0) - mine.length));
    mine.sort((a, b) => a - b);
  }
  return result;
}

function keepClaims(members: readonly Claim[], shards: number): Map<string, number[]> {
  const claimed = new Set<number>();
  const kept = new Map<string, number[]>();
  for (const { memberId, owned: wanted } of members) {
    const mine = [...new Set(wanted)].filter((shard) => isShard(shard, shards) && !claimed.has(shard));
    for (const shard of mine) claimed.add(shard);
    kept.set(
      memberId,
      mine.sort((a, b) => a - b),
    );
  }
  return kept;
}

function isShard(value: number, shards: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < shards;
}

function owned(kept: ReadonlyMap<string, number[]>, member: Claim): number[] {
  return kept.get(member.memberId) ?? [];
}
