export interface MemberShards {
  readonly memberId: string;
  /** What the member owns now. */
  readonly owned: ReadonlySet<number>;
}

/**
 * Shares shards `0 … shards − 1` evenly over the members, in joining order, moving only what balance requires. The same
 * input always gives the same answer.
 */
export function assignShards(members: readonly MemberShards[], shards: number): Map<string, Set<number>> {
  const next = new Map<string, Set<number>>();
  if (members.length === 0) return next;
  const least = Math.floor(shards / members.length);
  let oneMore = shards % members.length;
  const free = new Set(Array.from({ length: shards }, (_, shard) => shard));
  const quotas = new Map<string, number>();
  for (const { memberId, owned } of members.toSorted((a, b) => b.owned.size - a.owned.size)) {
    const quota = oneMore > 0 ? least + 1 : least;
    oneMore -= 1;
    quotas.set(memberId, quota);
    const kept = [...owned]
      .filter((shard) => free.has(shard))
      .sort((a, b) => a - b)
      .slice(0, quota);
    for (const shard of kept) free.delete(shard);
    next.set(memberId, new Set(kept));
  }
  const rest = [...free];
  for (const { memberId } of members) {
    const own = next.get(memberId);
    const missing = (quotas.get(memberId) ?? 0) - (own?.size ?? 0);
    for (const shard of rest.splice(0, missing)) own?.add(shard);
  }
  return next;
}
