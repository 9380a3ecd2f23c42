import { randomBytes } from 'node:crypto';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKafkaLog, type KafkaLog } from '../../../src/kafka/kafka-log.ts';
import type { KafkaSasl, KafkaSettings } from '../../../src/kafka/settings.ts';
import { createTopics } from '../../../src/kafka/topics.ts';
import { freePort } from '../../stack/children.mjs';
import { type Authority, createAuthority } from '../../support/certificates.mjs';
import { testSettings, textRecord } from '../../support/kafka-log.ts';
import { allow } from './allow.ts';
import { PASSWORD, REAUTHENTICATE_MS, type SecureKafka, startSecureKafka } from './secure-kafka.ts';
import { startTokenEndpoint, type TokenEndpoint } from './token-endpoint.ts';

const TOPIC = 'state';
const DAY = 86_400_000;
const authority: Authority = createAuthority();
let kafka: SecureKafka;
let tokens: TokenEndpoint;
const open: KafkaLog[] = [];

beforeAll(async () => {
  kafka = await startSecureKafka(authority.issue(), authority.certificate);
  // A token outlives two authentications, and not three.
  tokens = await startTokenEndpoint(Math.round((2.5 * REAUTHENTICATE_MS) / 1_000));
  await createTopics(
    testSettings('admin', { brokers: [kafka.plain] }),
    [{ topic: TOPIC, partitions: 1, settings: {} }],
    () => undefined,
  );
  await allow(
    kafka.plain,
    'tact',
    (['topic', 'group', 'transactionalId'] as const).map((type) => ({
      resource: { type, name: '*', patternType: 'literal' },
      operations: ['All'],
    })),
  );
}, 120_000);
afterAll(async () => {
  await Promise.all(open.map((log) => log.leave()));
  await tokens?.stop();
  await kafka?.stop();
});

const trusting = () => ({ ca: authority.certificate });
const user = (mechanism: KafkaSasl['mechanism']): KafkaSasl => ({
  mechanism,
  username: 'tact',
  password: PASSWORD,
  ...(mechanism === 'oauthbearer' && { tokenEndpoint: tokens.url }),
});

async function openLog(changes: Partial<KafkaSettings>): Promise<KafkaLog> {
  const settings = testSettings(randomBytes(4).toString('hex'), {
    brokers: [kafka.secure],
    connectionTimeoutMs: 2_000,
    ...changes,
  });
  const log = await createKafkaLog(settings, { subscribe: [TOPIC], changelog: TOPIC }, () => undefined);
  open.push(log);
  return log;
}

/** Commits a record and reads it back, as a member of the group. */
async function useLog(log: KafkaLog, value: string): Promise<void> {
  const producer = await log.openProducer(0);
  const transaction = await producer.begin();
  const [offset] = await transaction.send([{ topic: TOPIC, partition: 0, records: [textRecord(value)] }]);
  await transaction.commit();
  const [fetched] = await log.fetch([{ topic: TOPIC, partition: 0, offset: offset as number }], {
    maxWaitMs: 5_000,
    signal: new AbortController().signal,
  });
  expect(fetched).toMatchObject({ records: [{ offset, value: Buffer.from(value) }] });
  await producer.close();
}

describe('a Kafka that wants TLS and a user', { timeout: 60_000 }, () => {
  it.each(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'] as const)(
    'is read, written and joined with %s',
    async (mechanism) => {
      const log = await openLog({ ssl: trusting(), sasl: user(mechanism) });
      await log.join({ assigned: () => undefined, revoked: () => undefined, failed: () => undefined });
      await useLog(log, mechanism);
    },
  );

  it('shows an access token that is asked for with the secret of the client, once for all connections', () => {
    expect(tokens.asked.length).toBeLessThan(5);
    const basic = `Basic ${Buffer.from(`tact:${PASSWORD}`).toString('base64')}`;
    expect(tokens.asked[0]).toEqual({ authorization: basic, body: 'grant_type=client_credentials' });
  });

  it('is used over several lifetimes of a token, busy and idle, without a failure', async () => {
    const log = await openLog({ ssl: trusting(), sasl: user('oauthbearer') });
    const before = tokens.asked.length;
    for (let i = 0; tokens.asked.length < before + 3; i++) {
      await useLog(log, `busy ${i}`);
      // Idle until the broker would no longer hear the connection without another authentication.
      const idle = { maxWaitMs: REAUTHENTICATE_MS * 1.2, signal: new AbortController().signal };
      const end = await log.fetch([{ topic: TOPIC, partition: 0, offset: 0 }], idle);
      const from = end[0]?.highWatermark ?? 0;
      await log.fetch([{ topic: TOPIC, partition: 0, offset: from }], idle);
    }
  });

  it('refuses a wrong password and says what to check, and the password is in no message', async () => {
    const wrong = { ...user('scram-sha-512'), password: 'not-it-at-all' };
    const error = await openLog({ ssl: trusting(), sasl: wrong }).catch((each) => each);
    expect(error).toMatchObject({ code: 'kafka-refused' });
    expect(error.message).toContain('check kafka.sasl');
    expect(`${error.stack} ${error.cause?.stack} ${JSON.stringify(error)}`).not.toContain('not-it-at-all');
  });

  it('is not reached in the clear, nor is one that speaks in the clear reached with TLS', async () => {
    await expect(openLog({ sasl: user('plain') })).rejects.toMatchObject({ code: 'kafka-unreachable' });
    await expect(
      openLog({ brokers: [kafka.plain.replace('127.0.0.1', 'localhost')], ssl: trusting() }),
    ).rejects.toMatchObject({ code: 'kafka-unreachable' });
  });

  it('is refused when nobody vouches for its certificate, or it is made out to another host', async () => {
    const stranger = createAuthority('a stranger');
    await expect(openLog({ ssl: { ca: stranger.certificate }, sasl: user('plain') })).rejects.toMatchObject({
      code: 'kafka-unreachable',
      message: expect.stringMatching(/certificate|issuer/),
    });
    const byAddress = kafka.secure.replace('localhost', '127.0.0.1');
    await expect(
      openLog({ brokers: [byAddress], ssl: trusting(), sasl: user('plain') }),
    ).rejects.toMatchObject({ code: 'kafka-unreachable', message: expect.stringContaining('altnames') });
  });

  it('may do what it was allowed to, and nothing else', async () => {
    const stranger = { ...user('plain'), username: 'stranger' };
    const log = await openLog({ ssl: trusting(), sasl: stranger }).catch((each) => each);
    if (log instanceof Error) throw log;
    await expect(useLog(log, 'forbidden')).rejects.toMatchObject({
      code: 'kafka-refused',
      message: expect.stringContaining('the ACL of this user lacks the transactional ids'),
    });
  });
});

describe('a Kafka whose certificate is no longer good', { timeout: 60_000 }, () => {
  it('is refused', async () => {
    const expired = authority.issue({ from: -10 * DAY, until: -DAY });
    const port = await freePort();
    const server = createServer({ key: expired.key, cert: expired.certificate }, () => undefined);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await expect(
      openLog({ brokers: [`localhost:${port}`], ssl: trusting(), sasl: user('plain') }),
    ).rejects.toMatchObject({ code: 'kafka-unreachable', message: expect.stringContaining('expired') });
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
});
