import { z } from 'zod';
import { brokerAddress, bytes, filePath, milliseconds, secretText, text } from './field-schemas.ts';
import { atMostOne, bothOrNeither, onlyWithOauth } from './section-rules.ts';

const ssl = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .meta({ description: 'TLS to the brokers; on as soon as the section exists' }),
    caFile: filePath('PEM file with the authorities to trust instead of the well-known ones').optional(),
    certFile: filePath('PEM file with the client certificate').optional(),
    keyFile: filePath('PEM file with the key of the client certificate').optional(),
    serverName: text('name that the broker certificates must carry', 'the host of each broker').optional(),
  })
  .superRefine(bothOrNeither('certFile', 'keyFile'));

const sasl = z
  .strictObject({
    mechanism: z
      .enum(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'])
      .meta({ description: 'how the user is authenticated' }),
    username: text('name of the user; with oauthbearer the id of the client'),
    password: secretText('password of the user; with oauthbearer the secret of the client').optional(),
    passwordFile: filePath('file that holds the password').optional(),
    tokenEndpoint: z
      .url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' })
      .meta({ description: 'where oauthbearer gets access tokens, by client credentials' })
      .optional(),
    scope: text('scope that oauthbearer asks for').optional(),
  })
  .superRefine(atMostOne('password', 'passwordFile', { required: true }))
  .superRefine(onlyWithOauth);

/** How Kafka is reached and how patient the client is. */
export const kafkaSchema = z
  .strictObject({
    brokers: z
      .array(brokerAddress())
      .min(1)
      .default(['127.0.0.1:9092'])
      .meta({ description: 'brokers to ask first, as host:port' }),
    clientId: text('how the brokers name this client in their logs and quotas', '`applicationId`').optional(),
    ssl: ssl.optional(),
    sasl: sasl.optional(),
    connectionTimeoutMs: milliseconds('a connection must stand within', { min: 100, max: 120_000 }).default(
      10_000,
    ),
    requestTimeoutMs: milliseconds('a request must be answered within', { min: 1_000, max: 300_000 }).default(
      30_000,
    ),
    sessionTimeoutMs: milliseconds('a silent member loses its shards after', {
      min: 6_000,
      max: 300_000,
    }).default(30_000),
    heartbeatIntervalMs: milliseconds('time between two signs of life', { min: 100, max: 60_000 }).default(
      3_000,
    ),
    rebalanceTimeoutMs: milliseconds('members have this long to join a rebalance', {
      min: 1_000,
      max: 900_000,
    }).default(10_000),
    transactionTimeoutMs: milliseconds('the broker aborts a transaction that is open for longer', {
      min: 1_000,
      max: 900_000,
    }).default(15_000),
    metadataMaxAgeMs: milliseconds('topics and leaders are read again after', {
      min: 1_000,
      max: 3_600_000,
    }).default(60_000),
    fetchMaxWaitMs: milliseconds('a fetch waits this long when nothing has arrived', {
      min: 10,
      max: 30_000,
    }).default(100),
    fetchPartitionBytesMax: bytes('bytes of one partition in one fetch', {
      min: 65_536,
      max: 104_857_600,
    }).default(1_048_576),
    fetchBytesMax: bytes('bytes of one fetch over all partitions', {
      min: 65_536,
      max: 1_073_741_824,
    }).default(8_388_608),
  })
  .superRefine((kafka, context) => {
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (kafka.heartbeatIntervalMs * 3 > kafka.sessionTimeoutMs) {
      refuse('heartbeatIntervalMs', 'must be at most a third of kafka.sessionTimeoutMs');
    }
    if (kafka.heartbeatIntervalMs >= kafka.rebalanceTimeoutMs) {
      refuse('rebalanceTimeoutMs', 'must be more than kafka.heartbeatIntervalMs');
    }
    if (kafka.fetchMaxWaitMs >= kafka.requestTimeoutMs) {
      refuse('fetchMaxWaitMs', 'must be less than kafka.requestTimeoutMs');
    }
    if (kafka.fetchPartitionBytesMax > kafka.fetchBytesMax) {
      refuse('fetchPartitionBytesMax', 'must be at most kafka.fetchBytesMax');
    }
  })
  .prefault({});
