import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createKafkaLog } from '../../../src/kafka/kafka-log.ts';
import { openSender } from '../../../src/kafka/sender.ts';
import type { KafkaSettings } from '../../../src/kafka/settings.ts';
import { createTopics } from '../../../src/kafka/topics.ts';
import { createAuthority } from '../../support/certificates.mjs';
import { GovernWorld, message } from '../../support/govern-world.ts';
import { testSettings, textRecord } from '../../support/kafka-log.ts';
import { policyText } from '../../support/policies.ts';
import { type Acl, allow } from './allow.ts';
import { PASSWORD, type SecureKafka, startSecureKafka } from './secure-kafka.ts';
import { type SecureRedis, startSecureRedis } from './secure-redis.ts';

/** The user as it is shipped. */
const USER = new URL('../../../deploy/kafka/user.yaml', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'tact-least-'));
const authority = createAuthority();
let kafka: SecureKafka;
let redis: SecureRedis;
let world: GovernWorld;

beforeAll(async () => {
  const issued = authority.issue();
  [kafka, redis] = await Promise.all([
    startSecureKafka(issued, authority.certificate),
    startSecureRedis(issued, authority.certificate),
  ]);
  const caFile = join(folder, 'authority.pem');
  writeFileSync(caFile, authority.certificate);
  const user = { username: 'tact', password: PASSWORD };
  world = await GovernWorld.create({
    kafka: kafka.plain,
    policy: policyText(['{ id: two, for: { channel: email }, cap: { limit: 2, window: 1d } }']),
    config: {
      kafka: {
        brokers: [kafka.secure],
        heartbeatIntervalMs: 300,
        ssl: { caFile },
        sasl: { mechanism: 'scram-sha-512', ...user },
      },
      redis: { url: `rediss://localhost:${redis.port}`, tls: { caFile }, ...user },
    },
  });
  await allow(kafka.plain, 'tact', shippedAcls());
  // A platform, which may send messages to be decided.
  const input = { type: 'topic', name: world.topic('requested'), patternType: 'literal' } as const;
  await allow(kafka.plain, 'stranger', [{ resource: input, operations: ['Write', 'Describe'] }]);
}, 120_000);
afterAll(async () => {
  await world?.close();
  await Promise.all([kafka?.stop(), redis?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** What is shipped, with the names of this world in place of the defaults. */
function shippedAcls(): Acl[] {
  const { topics, outputs, inputs, groupId, applicationId } = world.config;
  const names = new Map([
    ['marketing.outbound.requested', inputs[0]?.topic],
    ['customer.interaction.recorded', inputs[1]?.topic],
    ['marketing.outbound.cleared', outputs.cleared.topic],
    ['marketing.outbound.suppressed', outputs.suppressed.topic],
    ['marketing.outbound.dead-letter', outputs.deadLetter.topic],
    ['marketing.outbound.decided', outputs.decided.topic],
    ['tact.state', topics.changelog],
    ['tact.rerouted.interactions', topics.reroutedInteractions],
    ['tact.rerouted.outbound', topics.reroutedOutbound],
    ['tact.control', topics.control],
    ['tact', groupId],
    ['tact-', `${applicationId}-`],
  ]);
  const { spec } = parse(readFileSync(USER, 'utf8')) as { spec: { authorization: { acls: Acl[] } } };
  return spec.authorization.acls.map(({ resource, operations }) => {
    const name = names.get(resource.name);
    if (name === undefined) throw new Error(`nothing of this world is called ${resource.name}`);
    return { resource: { ...resource, name }, operations };
  });
}

function settingsOf(username: string): KafkaSettings {
  const sasl = { mechanism: 'plain', username, password: PASSWORD } as const;
  return testSettings('other', { brokers: [kafka.secure], ssl: { ca: authority.certificate }, sasl });
}

const silent = () => undefined;
const refused = (message: string) => ({ code: 'kafka-refused', message: expect.stringContaining(message) });

async function produce(username: string, topic: string): Promise<unknown> {
  const sender = await openSender(settingsOf(username), silent);
  try {
    return await sender.send([{ ...textRecord('x'), topic, partition: 0 }]);
  } finally {
    await sender.close();
  }
}

async function opened(username: string, applicationId: string): Promise<unknown> {
  const group = { subscribe: [], changelog: world.topic('state') };
  const log = await createKafkaLog({ ...settingsOf(username), applicationId }, group, silent);
  try {
    return await log.openProducer(0);
  } finally {
    await log.leave();
  }
}

describe('with the permissions that are shipped, over TLS', { timeout: 60_000 }, () => {
  it('an installation governs', async () => {
    await world.govern();
    const sources = await world.request([1, 2, 3].map(() => message('ann')));
    const outcomes = await world.decided(sources);
    expect([...outcomes.values()].flat().sort()).toEqual(['cleared', 'cleared', 'suppressed']);
  });

  it('Tact itself may write no input, create or delete nothing, and be no other application', async () => {
    await expect(produce('tact', world.topic('requested'))).rejects.toMatchObject(refused('lacks the topic'));
    const topic = { topic: 'new', partitions: 1, settings: {} };
    await expect(createTopics(settingsOf('tact'), [topic], silent)).rejects.toMatchObject({
      code: 'kafka-refused',
    });
    await expect(opened('tact', 'other')).rejects.toMatchObject(refused('lacks the transactional ids'));
  });

  it('a platform may ask, and not write what was cleared, or take the transactional ids of a shard', async () => {
    await produce('stranger', world.topic('requested'));
    await expect(produce('stranger', world.topic('cleared'))).rejects.toMatchObject(
      refused('lacks the topic'),
    );
    await expect(opened('stranger', world.config.applicationId)).rejects.toMatchObject({
      code: 'kafka-refused',
    });
  });
});
