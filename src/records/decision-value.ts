import type { Decision } from '../model/decision.ts';
import type { OutboundMessage } from '../model/message.ts';
import { REASONS } from '../model/reason.ts';
import { readTactSchema } from './tact-schema.ts';

export interface DecisionContext {
  readonly decision: Decision;
  readonly decisionId: string;
  readonly message: OutboundMessage;
  /** `topic/partition/offset` */
  readonly source: string;
  /** `name@digest` */
  readonly policy: string;
}

const decisionSchema = readTactSchema('Decision');

/** The decision with all that led to it, as JSON with the field names of `schemas/Decision.avsc`; what is absent is left out. */
export function decisionJson(context: DecisionContext): Buffer {
  return Buffer.from(JSON.stringify(decisionFields(context)), 'utf8');
}

/** The same in Avro's single-object encoding. */
export function decisionSingleObject(context: DecisionContext): Buffer {
  return Buffer.concat([
    decisionSchema.singleObjectPrefix,
    decisionSchema.type.toBuffer(decisionFields(context)),
  ]);
}

function decisionFields({ decision, decisionId, message, source, policy }: DecisionContext) {
  return {
    decisionId,
    source,
    decidedAt: decision.decidedAt,
    policy,
    outcome: decision.outcome,
    verdict: decision.verdict,
    reason: decision.reason,
    sentence: REASONS[decision.reason].sentence,
    rule: decision.rule,
    nextEligibleAt: decision.nextEligibleAt,
    dueAt: decision.dueAt,
    waitingSince: decision.waitingSince,
    channel: decision.channel,
    class: decision.class,
    tier: decision.tier,
    claimRefused: decision.claimRefused,
    control: decision.control,
    message,
    findings: decision.findings,
  };
}
