import { type ErrorCode, messageOf, TactError } from '../kernel/errors.ts';

/** A broker's "no" that another owner of the transactional id, or a time-out of the transaction, explains. */
const FENCED = new Set([
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'TRANSACTION_COORDINATOR_FENCED',
]);

/** The broker cannot be asked, or is not the one to ask, at the moment. */
const AWAY = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
  'KafkaJSLockTimeout',
  'BROKER_NOT_AVAILABLE',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'REQUEST_TIMED_OUT',
  'NETWORK_EXCEPTION',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'NOT_CONTROLLER',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
]);

/** What to do about refusals that have one known cause. */
const ADVICE: Record<string, string> = {
  MESSAGE_TOO_LARGE: 'a batch is larger than max.message.bytes of its topic',
  RECORD_LIST_TOO_LARGE: 'a batch is larger than the segments of its topic',
  INVALID_TIMESTAMP: 'a timestamp is further ahead than message.timestamp.after.max.ms allows',
  INVALID_TRANSACTION_TIMEOUT: "lower kafka.transactionTimeoutMs to the broker's transaction.max.timeout.ms",
  TOPIC_AUTHORIZATION_FAILED: 'the ACL of this user lacks the topic',
  GROUP_AUTHORIZATION_FAILED: 'the ACL of this user lacks the consumer group',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'the ACL of this user lacks the transactional ids',
  CLUSTER_AUTHORIZATION_FAILED: 'the ACL of this user lacks the cluster',
  KafkaJSSASLAuthenticationError: 'check kafka.sasl: mechanism, user and password',
};

interface KafkaJsError extends Error {
  readonly type?: string;
  readonly cause?: unknown;
}

/** The error and what caused it, outermost first. */
function chain(error: unknown): KafkaJsError[] {
  const links: KafkaJsError[] = [];
  for (let link = error; link instanceof Error && links.length < 8; link = link.cause) links.push(link);
  return links;
}

/** The broker's name of the error (`MESSAGE_TOO_LARGE`), else the client's (`KafkaJSConnectionError`). */
export function kindOf(error: unknown): string {
  const links = chain(error);
  const typed = links.find((link) => link.type !== undefined);
  if (typed?.type !== undefined) return typed.type;
  return links.find((link) => AWAY.has(link.name) || ADVICE[link.name])?.name ?? links[0]?.name ?? 'Error';
}

/** Another producer with the same transactional id was initialised, or the transaction timed out. */
export function isFencing(error: unknown): boolean {
  return FENCED.has(kindOf(error)) || unknownCode(error) === 90;
}

/** Whether the same request may succeed later, at another broker or by itself. */
export function isAway(error: unknown): boolean {
  return AWAY.has(kindOf(error));
}

/** The error as the rest of Tact knows it: unreachable, or refused with the fix when there is one. */
export function tactError(what: string, error: unknown): TactError {
  if (error instanceof TactError) return error;
  return coded(isAway(error) ? 'kafka-unreachable' : 'kafka-refused', what, error);
}

/** An error of this code that says what failed, with the broker's word for it and the fix. */
export function coded(code: ErrorCode, what: string, error: unknown): TactError {
  const kind = kindOf(error);
  const advice = ADVICE[kind];
  return new TactError(code, `${what}: ${kind}: ${advice ?? messageOf(error)}`, { cause: error });
}

/** PRODUCER_FENCED is younger than the client's table of errors. */
function unknownCode(error: unknown): number | undefined {
  const found = chain(error).find((link) => link.type === 'KAFKAJS_UNKNOWN_ERROR_CODE');
  const code = found && /Unknown error code (\d+)/.exec(found.message)?.[1];
  return code === undefined ? undefined : Number(code);
}
