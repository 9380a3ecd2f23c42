import { assert } from '../kernel/errors.ts';
import type { TopicOffset, TopicPartition } from '../model/record.ts';
import type { ShardOwner } from '../shard/log.ts';
import { assignShards } from './assignment.ts';

interface Member {
  readonly owner: ShardOwner;
  owned: ReadonlySet<number>;
}

/**
 * Who owns which shard, and the group's offsets. A rebalance happens at once: every revocation is told before any
 * assignment, and a shard that stays is not told again.
 */
export class ConsumerGroup {
  readonly #shards: number;
  readonly #members = new Map<string, Member>();
  readonly #offsets = new Map<string, number>();

  constructor(shards: number) {
    this.#shards = shards;
  }

  get shards(): number {
    return this.#shards;
  }

  has(memberId: string): boolean {
    return this.#members.has(memberId);
  }

  /** Shards of each member, in joining order. */
  assignment(): Map<string, ReadonlySet<number>> {
    return new Map([...this.#members].map(([memberId, { owned }]) => [memberId, owned]));
  }

  join(memberId: string, owner: ShardOwner): void {
    assert(!this.#members.has(memberId), 'a member joins once');
    this.#members.set(memberId, { owner, owned: new Set() });
    this.#rebalance();
  }

  /** Takes a member out that says goodbye: it is told first, then the others. */
  leave(memberId: string): void {
    const member = this.#members.get(memberId);
    for (const shard of member?.owned ?? []) member?.owner.revoked(shard);
    this.expel(memberId);
  }

  /** Takes a member out without telling it; returns the shards it had. */
  expel(memberId: string): ReadonlySet<number> {
    const member = this.#members.get(memberId);
    if (!member) return new Set();
    this.#members.delete(memberId);
    this.#rebalance();
    return member.owned;
  }

  offsets(partitions: readonly TopicPartition[]): TopicOffset[] {
    return partitions.flatMap(({ topic, partition }) => {
      const offset = this.#offsets.get(`${topic}/${partition}`);
      return offset === undefined ? [] : [{ topic, partition, offset }];
    });
  }

  saveOffsets(offsets: readonly TopicOffset[]): void {
    for (const { topic, partition, offset } of offsets) this.#offsets.set(`${topic}/${partition}`, offset);
  }

  #rebalance(): void {
    const members = [...this.#members].map(([memberId, { owned }]) => ({
      memberId,
      owned,
    }));
    const next = assignShards(members, this.#shards);
    const told: (() => void)[] = [];
    for (const [memberId, member] of this.#members) {
      const before = member.owned;
      const after = next.get(memberId) ?? new Set<number>();
      member.owned = after;
      for (const shard of before) if (!after.has(shard)) member.owner.revoked(shard);
      for (const shard of after) if (!before.has(shard)) told.push(() => member.owner.assigned(shard));
    }
    for (const tell of told) tell();
  }
}
