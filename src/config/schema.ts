import { z } from 'zod';
import { CLOCK_TOLERANCE_MAX } from '../kernel/time.ts';
import { inputsSchema } from '../records/input.ts';
import { bytes, count, filePath, milliseconds, secretText, text, topicName } from './field-schemas.ts';
import { kafkaSchema } from './kafka-schema.ts';
import { redisSchema } from './redis-schema.ts';
import { atMostOne, passwordNeedsUser } from './section-rules.ts';

const IDENTIFIER = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$/;
const identifierRule = 'must be 1 to 100 of the characters a-z A-Z 0-9 . _ -, the first a letter or a digit';

const registrySchema = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' })
      .meta({ description: 'address of a Confluent-compatible schema registry', secret: true }),
    username: text('user of the registry').optional(),
    password: secretText('password of that user').optional(),
    passwordFile: filePath('file that holds the password').optional(),
  })
  .superRefine(atMostOne('password', 'passwordFile', { required: false }))
  .superRefine(passwordNeedsUser);

const outputsSchema = z
  .strictObject({
    format: z
      .enum(['json', 'single-object'])
      .default('json')
      .meta({ description: "format of Tact's own records: suppressed and decided" }),
    cleared: z
      .strictObject({
        topic: topicName('topic of the messages that may go out').default('marketing.outbound.cleared'),
        byChannel: z
          .record(z.string().min(1), topicName('topic'))
          .default({})
          .meta({ description: 'other topics for the channels named, as channel: topic' }),
      })
      .prefault({}),
    suppressed: z
      .strictObject({
        topic: topicName('topic of the messages that may not, with the reason').default(
          'marketing.outbound.suppressed',
        ),
      })
      .prefault({}),
    deadLetter: z
      .strictObject({
        topic: topicName('topic of the records that could not be read').default(
          'marketing.outbound.dead-letter',
        ),
      })
      .prefault({}),
    decided: z
      .strictObject({
        mode: z
          .enum(['off', 'all'])
          .default('off')
          .meta({ description: '`all` publishes every decision, for analysis' }),
        topic: topicName('topic of all decisions').default('marketing.outbound.decided'),
      })
      .prefault({}),
  })
  .prefault({});

const topicsSchema = z
  .strictObject({
    changelog: topicName('compacted topic of the states').default('tact.state'),
    reroutedInteractions: topicName('interactions on their way to their own shard').default(
      'tact.rerouted.interactions',
    ),
    reroutedOutbound: topicName('messages on their way to their own shard').default('tact.rerouted.outbound'),
    control: topicName('compacted topic of what operators stopped, of one partition').default('tact.control'),
  })
  .prefault({});

const customerKeySchema = z
  .strictObject({
    secret: secretText(
      'key of the customer hash, at least 32 bytes, as hex, base64 or plain text',
    ).optional(),
    secretFile: filePath('file that holds that key').optional(),
    insecureDevelopmentKey: z
      .boolean()
      .default(false)
      .meta({ description: 'use a key that everybody knows: for trials on data that is not real' }),
  })
  .prefault({});

/** The whole configuration as it is written: every field, its type, default and bounds. */
export const configSchema = z.strictObject({
  applicationId: z
    .string()
    .regex(IDENTIFIER, identifierRule)
    .default('tact')
    .meta({ description: 'name of this installation: prefix of the transactional ids' }),
  groupId: z
    .string()
    .regex(IDENTIFIER, identifierRule)
    .meta({ description: 'consumer group', defaultText: '`applicationId`' })
    .optional(),
  kafka: kafkaSchema,
  redis: redisSchema,
  inputs: inputsSchema
    .prefault([
      { topic: 'marketing.outbound.requested', kind: 'outbound' },
      { topic: 'customer.interaction.recorded', kind: 'interaction' },
    ])
    .meta({ description: 'topics to read; each entry as src/records/README.md describes' }),
  registry: registrySchema.optional(),
  outputs: outputsSchema,
  topics: topicsSchema,
  shards: count('shards: partitions of the changelog when topics are created; must match when it exists', {
    min: 1,
    max: 1_000,
  }).default(12),
  policy: z
    .strictObject({
      file: filePath('the policy').default('policy.yaml'),
      reloadIntervalMs: milliseconds('the policy file is looked at again after', {
        min: 100,
        max: 3_600_000,
      }).default(5_000),
    })
    .prefault({}),
  customerKey: customerKeySchema,
  freshness: z
    .strictObject({
      maxAgeMs: milliseconds('interactions must have been read up to an end seen no longer ago', {
        min: 100,
        max: 600_000,
      }).default(5_000),
      scope: z
        .enum(['shard'])
        .default('shard')
        .meta({ description: "whose interactions must have been read: the message's own shard's" }),
    })
    .prefault({}),
  turn: z
    .strictObject({
      recordsMax: count('records decided together', { min: 1, max: 100_000 }).default(5_000),
      requestBytesMax: bytes('bytes for one partition in one produce request', {
        min: 10_000,
        max: 104_857_600,
      }).default(900_000),
      recordBytesMax: bytes("bytes of one output record; at most the topics' max.message.bytes", {
        min: 10_000,
        max: 104_857_600,
      }).default(1_000_000),
    })
    .prefault({}),
  limits: z
    .strictObject({
      valueBytesMax: bytes('a larger value of an input record is a dead letter, undecoded', {
        min: 1_000,
        max: 104_857_600,
      }).default(1_048_576),
      keyBytesMax: bytes('a longer key of an input record is a dead letter', {
        min: 100,
        max: 1_048_576,
      }).default(32_768),
      textLengthMax: count('characters of one text that is read, such as a campaign', {
        min: 32,
        max: 512,
      }).default(512),
      itemsMax: count('entries of one list or map that is read, such as labels', { min: 1, max: 64 }).default(
        64,
      ),
      attributesMax: count('attributes of one profile', { min: 1, max: 256 }).default(256),
    })
    .prefault({}),
  deferral: z
    .strictObject({
      maxPerShard: count(
        'messages that may wait in one shard; further ones are suppressed (`deferral-full`)',
        {
          min: 0,
          max: 10_000_000,
        },
      ).default(100_000),
    })
    .prefault({}),
  changelog: z
    .strictObject({
      deleteRetentionMs: milliseconds(
        '`delete.retention.ms` of the changelog; an older view is rebuilt at half of it',
        {
          min: 3_600_000,
          max: 31_622_400_000,
        },
      ).default(604_800_000),
      fenceTimeoutMs: milliseconds('a shard that acquires waits this long for its own fence', {
        min: 1_000,
        max: 600_000,
      }).default(30_000),
      fenceIntervalMs: milliseconds('an idle shard writes a fence this often', {
        min: 60_000,
        max: 86_400_000,
      }).default(3_600_000),
    })
    .prefault({}),
  clock: z
    .strictObject({
      toleranceMs: milliseconds(
        "this machine's clock may be this far from the last turn's and the broker's",
        {
          min: 1_000,
          max: CLOCK_TOLERANCE_MAX,
        },
      ).default(60_000),
    })
    .prefault({}),
  http: z
    .strictObject({
      host: text('address to listen on; 0.0.0.0 opens it to other machines').default('127.0.0.1'),
      port: count('port to listen on; 0 takes any free one', { min: 0, max: 65_535 }).default(9464),
    })
    .prefault({}),
  shutdown: z
    .strictObject({
      deadlineMs: milliseconds('draining must be done within', { min: 1_000, max: 300_000 }).default(25_000),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z
        .enum(['debug', 'info', 'warn', 'error'])
        .default('info')
        .meta({ description: 'least level that is written' }),
    })
    .prefault({}),
});

/** The configuration after the parse and before its files were read. */
export type ParsedConfig = z.output<typeof configSchema>;
