import { DAY, HOUR, MINUTE } from '../kernel/time.ts';
import type { ShardSettings } from '../shard/settings.ts';

/** Enough to show that a customer's shard decides, few enough to be quick. */
export const EMBEDDED_SHARDS = 3;
export const DECIDED_TOPIC = 'tact.decided';
export const DEAD_LETTER_TOPIC = 'tact.dead-letter';

const OWN_TOPICS = {
  changelog: 'tact.state',
  reroutedInteractions: 'tact.rerouted.interactions',
  reroutedOutbound: 'tact.rerouted.outbound',
  cleared: 'tact.cleared',
  clearedByChannel: new Map<string, string>(),
  suppressed: 'tact.suppressed',
  deadLetter: DEAD_LETTER_TOPIC,
  decided: DECIDED_TOPIC,
};

export const CHANGELOG = OWN_TOPICS.changelog;
/** The topics of an embedded run beside its inputs. */
export const EMBEDDED_TOPICS: readonly string[] = Object.values(OWN_TOPICS).filter(
  (topic) => typeof topic === 'string',
);

/** Settings under which the clock is the traffic's: it jumps from record to record. */
export function embeddedSettings(inputs: ShardSettings['inputs']): ShardSettings {
  return {
    inputs,
    topics: OWN_TOPICS,
    service: 'tact',
    // Everything that is to be read is there before a shard goes on, however far the clock jumps.
    freshnessMaxAge: 1_000 * DAY,
    turnRecordsMax: 5_000,
    requestBytesMax: 900_000,
    recordBytesMax: 1_000_000,
    deferralsMax: 1_000_000,
    fetchWait: 500,
    clockTolerance: MINUTE,
    fenceTimeout: MINUTE,
    fenceInterval: 1_000 * DAY,
    deleteRetention: 1_000 * DAY + HOUR,
  };
}
