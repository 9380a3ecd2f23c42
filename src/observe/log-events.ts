/** A level as the configuration names it. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What can be logged: a closed set, each with its level and its sentence. The name is the line's `event`. */
export const LOG_EVENTS = {
  started: { level: 'info', sentence: 'The process is up and joins the consumer group.' },
  stopping: { level: 'info', sentence: 'The end was asked for; turns in hand are finished.' },
  stopped: { level: 'info', sentence: 'Everything is closed.' },
  'drain-timeout': {
    level: 'warn',
    sentence: 'Not everything could be finished in time; the next owners settle what is open.',
  },
  failed: { level: 'error', sentence: 'The process cannot go on and ends.' },
  'config-warning': { level: 'warn', sentence: 'The configuration is valid, but look at this.' },
  'policy-loaded': { level: 'info', sentence: 'A policy is in force.' },
  'policy-refused': {
    level: 'error',
    sentence: 'The policy file has errors; the policy before stays in force.',
  },
  'control-changed': { level: 'warn', sentence: 'What operators stopped or resumed is in force here.' },
  'control-unreadable': {
    level: 'error',
    sentence: 'A record of the control topic cannot be read, and is passed over.',
  },
  'control-unreached': {
    level: 'warn',
    sentence: 'The control topic could not be read; what was stopped stays so, and it is tried again.',
  },
  'http-listening': { level: 'info', sentence: 'Probes and metrics are served.' },
  'status-unpublished': {
    level: 'warn',
    sentence: 'The status could not be published; `tact status` shows an old one.',
  },
  'group-joined': { level: 'info', sentence: 'This process is a member of the consumer group.' },
  'group-left': { level: 'info', sentence: 'This process left the consumer group.' },
  'shard-acquiring': { level: 'info', sentence: 'A shard is being acquired.' },
  'shard-acquired': { level: 'info', sentence: 'A shard is ours, and Redis is up to date for it.' },
  'shard-running': { level: 'info', sentence: 'A shard decides messages again.' },
  'shard-holds': { level: 'warn', sentence: 'A shard waits rather than risk a wrong decision.' },
  'shard-lost': { level: 'warn', sentence: 'A turn could not be completed; the shard is acquired again.' },
  'shard-revoked': { level: 'info', sentence: "A shard is no longer this process's." },
  'view-rebuilt': {
    level: 'warn',
    sentence:
      'A shard in Redis is built from the whole changelog: at a first start, or because Redis lost it.',
  },
  'watermark-mismatch': {
    level: 'warn',
    sentence: 'Redis was not where the shard expected it; the shard is acquired again.',
  },
  'history-cut': {
    level: 'warn',
    sentence:
      'Customers have more to remember than a record may hold; the oldest was let go, and their messages are suppressed meanwhile.',
  },
  'deferral-missing': {
    level: 'error',
    sentence:
      'A customer waits for messages that are stored nowhere; they were lost outside Tact, and are forgotten.',
  },
  'transaction-not-committed': { level: 'warn', sentence: 'A Kafka transaction ended without a commit.' },
  'kafka-client': { level: 'info', sentence: 'The Kafka client says something.' },
} as const satisfies Record<string, { level: LogLevel; sentence: string }>;

export type LogEvent = keyof typeof LOG_EVENTS;

export function isLogEvent(name: string): name is LogEvent {
  return Object.hasOwn(LOG_EVENTS, name);
}
