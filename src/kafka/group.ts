import { kafkaJs } from './client.ts';
import type { KafkaSettings, LogLine } from './settings.ts';
import { withAdmin } from './topics.ts';

/** A process in the group, as the brokers know it. */
export interface GroupMember {
  readonly memberId: string;
  readonly clientId: string;
  readonly host: string;
  /** Partitions of the changelog that are assigned to it. */
  readonly shards: readonly number[];
}

export interface GroupFacts {
  /** Kafka's word: `Stable`, `PreparingRebalance`, `CompletingRebalance`, `Empty`, `Dead`. */
  readonly state: string;
  readonly members: readonly GroupMember[];
}

/** Who is in the settings' group and owns which shards; without members while the group rebalances or does not exist. */
export function describeGroup(
  settings: KafkaSettings,
  changelog: string,
  logLine: LogLine,
): Promise<GroupFacts> {
  return withAdmin(settings, logLine, `cannot describe group ${settings.groupId}`, async (admin) => {
    const { groups } = await admin.describeGroups([settings.groupId]);
    const [group] = groups;
    const members = (group?.members ?? []).map(({ memberId, clientId, clientHost, memberAssignment }) => ({
      memberId,
      clientId,
      host: clientHost.replace(/^\//, ''),
      shards: shardsIn(memberAssignment, changelog),
    }));
    return { state: group?.state ?? 'Dead', members };
  });
}

function shardsIn(assignment: Buffer, changelog: string): number[] {
  const decoded = kafkaJs().AssignerProtocol.MemberAssignment.decode(assignment);
  return [...(decoded?.assignment[changelog] ?? [])].sort((a, b) => a - b);
}
