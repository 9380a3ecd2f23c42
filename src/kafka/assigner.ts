import type { PartitionAssigner } from 'kafkajs';
import { balance, type Claim } from './balance.ts';
import { kafkaJs } from './client.ts';

/** The name that every member of the group must offer; a group whose members share no name refuses to form. */
export const ASSIGNER_NAME = 'TactShardAssigner';
const VERSION = 1;

/**
 * Assigns shards, not partitions: there are as many as the changelog has partitions, and partition i of any topic goes to
 * the owner of shard i mod N. `ownedNow` is asked at each join, so that shards stay where they are.
 */
export function shardAssigner(changelog: string, ownedNow: () => readonly number[]): PartitionAssigner {
  return ({ cluster }) => ({
    name: ASSIGNER_NAME,
    version: VERSION,
    protocol: ({ topics }) => ({
      name: ASSIGNER_NAME,
      metadata: kafkaJs().AssignerProtocol.MemberMetadata.encode({
        version: VERSION,
        topics,
        userData: encodeOwned(ownedNow()),
      }),
    }),
    assign: async ({ members, topics }) => {
      const claims: Claim[] = members.map(({ memberId, memberMetadata }) => ({
        memberId,
        owned: decodeOwned(kafkaJs().AssignerProtocol.MemberMetadata.decode(memberMetadata)?.userData),
      }));
      const counts = topics.map(
        (topic) => [topic, cluster.findTopicPartitionMetadata(topic).length] as const,
      );
      const shards = new Map(counts).get(changelog) ?? 0;
      const owners = balance(claims, shards);
      return members.map(({ memberId }) => ({
        memberId,
        memberAssignment: kafkaJs().AssignerProtocol.MemberAssignment.encode({
          version: VERSION,
          assignment: partitionsOf(owners.get(memberId) ?? [], counts, shards),
          userData: Buffer.alloc(0),
        }),
      }));
    },
  });
}

/** The partitions of each topic that belong to these shards of N. */
export function partitionsOf(
  owned: readonly number[],
  counts: readonly (readonly [topic: string, partitions: number])[],
  shards: number,
): Record<string, number[]> {
  const mine = new Set(owned);
  return Object.fromEntries(
    counts.map(([topic, count]) => [
      topic,
      Array.from({ length: count }, (_, partition) => partition).filter((partition) =>
        mine.has(partition % shards),
      ),
    ]),
  );
}

/** Shards as a member's user data carries them. */
export function encodeOwned(shards: readonly number[]): Buffer {
  return Buffer.from(JSON.stringify({ shards }));
}

/** What `encodeOwned` wrote; nothing for anything else, since it comes from other versions too. */
export function decodeOwned(userData: Buffer | undefined): number[] {
  try {
    const { shards } = JSON.parse(String(userData)) as { shards?: unknown };
    return Array.isArray(shards) ? shards.filter((shard) => Number.isInteger(shard)) : [];
  } catch {
    return [];
  }
}
