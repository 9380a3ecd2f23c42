// Topics, limits and configuration of the fault test. The limits stand here twice on purpose: in the policy, which the
// governors read, and in the checker's own words.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ESP_EVENT, PUSH_REQUEST, SHOP_OFFER } from './schemas.mjs';

export const SHARDS = 12;
export const SESSION_TIMEOUT_MS = 6_000;
const FRESHNESS_MS = 5_000;
/** Between the freshness check of a turn and the instant that its decisions bear. */
const TURN_MS = 3_000;
/** What is tolerated (`clock.toleranceMs`), and the longest that a turn's transaction takes under slow brokers. */
const CLOCK_MS = 60_000 + 30_000;

/** The policy under a name of its own, which makes it another version of itself. */
export const policyText = (name = 'fault') => `apiVersion: tact/v1
name: ${name}
enforce: true
timezone: Europe/Berlin
channels: { email: { aliases: [e-mail] }, sms: {}, push: {} }
classes:
  marketing: { default: true }
rules:
  - { id: consent, for: { channel: sms }, consent: { require: opt-in } }
  - { id: email-burst, for: { channel: email }, cap: { limit: 2, window: 15s }, onBlock: { defer: { longest: 30s, spread: 2s } } }
  - { id: email-week, for: { channel: email }, cap: { limit: 3, window: 7d } }
  - { id: sms-day, for: { channel: sms }, cap: { limit: 2, window: 1d } }
  - { id: push-gap, for: { channel: push }, gap: 10s, onBlock: { defer: { longest: 25s } } }
  - { id: one-per-campaign, cap: { limit: 1, per: [campaign], window: 3d } }
  - { id: all-burst, cap: { limit: 4, window: 20s }, onBlock: defer }
  - { id: twice, duplicate: {} }
ceiling: { limit: 6, window: 7d }
`;

const [SECOND, HOUR] = [1_000, 3_600_000];
const LIMITS = [
  { id: 'sms without consent', where: { channel: 'sms', consent: 'none' }, limit: 0, windowMs: 1 },
  { id: 'email burst', rule: 'email-burst', where: { channel: 'email' }, limit: 2, windowMs: 15 * SECOND },
  { id: 'email week', rule: 'email-week', where: { channel: 'email' }, limit: 3, windowMs: 168 * HOUR },
  { id: 'sms day', rule: 'sms-day', where: { channel: 'sms' }, limit: 2, windowMs: 24 * HOUR },
  { id: 'push gap', rule: 'push-gap', where: { channel: 'push' }, limit: 1, windowMs: 10 * SECOND },
  { id: 'campaign', rule: 'one-per-campaign', per: ['campaign'], limit: 1, windowMs: 72 * HOUR },
  { id: 'all burst', rule: 'all-burst', limit: 4, windowMs: 20 * SECOND },
  { id: 'once', per: ['sender', 'message'], limit: 1, windowMs: 24 * HOUR },
  { id: 'ceiling', rule: 'ceiling', limit: 6, windowMs: 168 * HOUR },
];

/**
 * The names of one run's topics; no two runs share any.
 * @param {string} run
 */
export function topicsOf(run) {
  const named = (name) => `${run}.${name}`;
  return {
    crm: named('crm.requested'),
    app: named('app.push.requested'),
    shop: named('shop.offers'),
    legacy: named('legacy.sms'),
    recorded: named('interaction.recorded'),
    esp: named('esp.events'),
    cleared: named('cleared'),
    suppressed: named('suppressed'),
    deadLetter: named('dead-letter'),
    reroutedInteractions: named('rerouted.interactions'),
    reroutedOutbound: named('rerouted.outbound'),
    changelog: named('state'),
    control: named('control'),
  };
}

/** Topics to create. Partition counts that divide nothing are on purpose. */
export function topicDefinitions(topics, replicationFactor = 1) {
  const of = (topic, numPartitions, config = {}) => ({
    topic,
    numPartitions,
    replicationFactor,
    configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
  });
  return [
    of(topics.crm, SHARDS),
    of(topics.app, 8),
    of(topics.shop, 5),
    of(topics.legacy, 7),
    of(topics.recorded, SHARDS, { 'message.timestamp.type': 'LogAppendTime' }),
    of(topics.esp, 5),
    of(topics.cleared, SHARDS),
    of(topics.suppressed, SHARDS),
    of(topics.deadLetter, 3),
    of(topics.reroutedInteractions, SHARDS),
    of(topics.reroutedOutbound, SHARDS),
    of(topics.control, 1, { 'cleanup.policy': 'compact' }),
    of(topics.changelog, SHARDS, { 'cleanup.policy': 'compact', 'message.timestamp.type': 'LogAppendTime' }),
  ];
}

/** @returns {import('../checker/gather.mjs').Expectations} */
export function expectationsOf(topics, run) {
  return {
    inputs: inputTopics(topics),
    cleared: [topics.cleared],
    suppressed: topics.suppressed,
    deadLetter: topics.deadLetter,
    rerouted: [topics.reroutedInteractions, topics.reroutedOutbound],
    changelog: topics.changelog,
    keyPrefix: run,
    limits: LIMITS,
    freshnessMs: FRESHNESS_MS + TURN_MS,
    clockMs: CLOCK_MS,
  };
}

/** What governors read, the changelog apart. */
export function readTopics(topics) {
  return [...inputTopics(topics), topics.reroutedInteractions, topics.reroutedOutbound];
}

function inputTopics({ crm, app, shop, legacy, recorded, esp }) {
  return [crm, app, shop, legacy, recorded, esp];
}

/**
 * Writes policy, schemas and configuration of a run.
 * @param {string} folder
 * @param {object} run
 * @param {string} run.run
 * @param {string} run.kafka `host:port,…`
 * @param {string | object} run.redis its address, or the section of the configuration
 * @param {ReturnType<typeof topicsOf>} run.topics
 * @param {string} [run.name] of the file, where several governors have one each
 * @param {{ kafka?: object, changelog?: object, policy?: object }} [run.settings] beside the usual ones
 * @returns {string} the configuration file
 */
export function writeConfig(folder, { run, kafka, redis, topics, name = 'tact', settings = {} }) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'policy.yaml'), policyText());
  for (const schema of [PUSH_REQUEST, SHOP_OFFER, ESP_EVENT]) {
    writeFileSync(join(folder, `${schema.name}.avsc`), JSON.stringify(schema));
  }
  const config = {
    applicationId: run,
    kafka: {
      brokers: kafka.split(','),
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      heartbeatIntervalMs: 1_000,
      rebalanceTimeoutMs: SESSION_TIMEOUT_MS,
      ...settings.kafka,
    },
    redis: { ...(typeof redis === 'string' ? { url: redis } : redis), keyPrefix: run },
    inputs: inputs(topics),
    outputs: {
      cleared: { topic: topics.cleared },
      suppressed: { topic: topics.suppressed },
      deadLetter: { topic: topics.deadLetter },
    },
    topics: {
      changelog: topics.changelog,
      reroutedInteractions: topics.reroutedInteractions,
      reroutedOutbound: topics.reroutedOutbound,
      control: topics.control,
    },
    shards: SHARDS,
    ...(settings.changelog && { changelog: settings.changelog }),
    policy: { file: 'policy.yaml', ...settings.policy },
    customerKey: { insecureDevelopmentKey: true },
    freshness: { maxAgeMs: FRESHNESS_MS },
    http: { port: 0 },
    shutdown: { deadlineMs: SESSION_TIMEOUT_MS - 1_000 },
  };
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(config, null, 2));
  return file;
}

function inputs(topics) {
  return [
    {
      topic: topics.crm,
      kind: 'outbound',
      format: 'json',
      map: {
        customerId: 'kunde.nr',
        channel: { path: 'kanal', values: { 'E-Mail': 'e-mail', SMS: 'sms' } },
        messageId: 'vorgang',
        campaignId: 'kampagne',
        sender: { constant: 'crm' },
      },
    },
    {
      topic: topics.app,
      kind: 'outbound',
      schemas: { ids: { 7: 'PushRequest.avsc' } },
      map: {
        customerId: 'device.owner',
        channel: { constant: 'push' },
        messageId: 'ref',
        campaignId: 'campaign',
        sender: { constant: 'app' },
      },
    },
    {
      topic: topics.shop,
      kind: 'outbound',
      schemas: { files: ['ShopOffer.avsc'] },
      map: {
        customerId: 'person',
        channel: { path: 'by', values: { M: 'email', P: 'push' } },
        messageId: 'offer',
        campaignId: 'campaign',
        sender: { constant: 'shop' },
      },
    },
    {
      topic: topics.legacy,
      kind: 'outbound',
      map: {
        customerId: { key: true, as: 'int64' },
        channel: 'channel',
        messageId: 'messageId',
        campaignId: 'campaignId',
        sender: { constant: 'legacy' },
      },
    },
    { topic: topics.recorded, kind: 'interaction' },
    {
      topic: topics.esp,
      kind: 'interaction',
      schemas: { ids: { 9: 'EspEvent.avsc' } },
      map: {
        customerId: 'recipient',
        type: { path: 'event', values: { bounce: 'bounced', open: 'opened', unsub: 'opted-out' } },
        messageId: 'ref',
        occurredAt: { path: 'at', unit: 's' },
      },
    },
  ];
}
