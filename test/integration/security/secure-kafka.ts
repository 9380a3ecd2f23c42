import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../stack/children.mjs';
import { startKafka } from '../../stack/kafka.mjs';
import type { Issued } from '../../support/certificates.mjs';

const SECURITY = 'org.apache.kafka.common.security';
export const PASSWORD = 'correct-horse-battery';
/** So often a connection has to authenticate again. */
export const REAUTHENTICATE_MS = 2_000;

export interface SecureKafka {
  /** Nothing but TLS with a user is spoken here. */
  readonly secure: string;
  /** The way in of whoever sets it up, who may do anything. */
  readonly plain: string;
  stop(): Promise<void>;
}

/** A broker with a listener that speaks SASL over TLS, the users `tact` and `stranger`, and an authorizer. */
export async function startSecureKafka(
  { certificate, key }: Issued,
  authority: string,
): Promise<SecureKafka> {
  const folder = mkdtempSync(join(tmpdir(), 'tact-secure-'));
  const keystore = join(folder, 'broker.pem');
  const truststore = join(folder, 'authority.pem');
  writeFileSync(keystore, `${key}${certificate}`);
  writeFileSync(truststore, authority);
  const port = await freePort();
  const of = (name: string) => `listener.name.secure.${name}`;
  const jaas = (mechanism: string, module: string) => ({
    [of(`${mechanism}.sasl.jaas.config`)]: `${SECURITY}.${module};`,
  });
  const broker = await startKafka({
    listeners: [{ name: 'SECURE', host: 'localhost', port, protocol: 'SASL_SSL' }],
    scramUsers: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map((each) => `${each}=[name=tact,password=${PASSWORD}]`),
    heapMb: 512,
    properties: {
      [of('ssl.keystore.type')]: 'PEM',
      [of('ssl.keystore.location')]: keystore,
      [of('ssl.truststore.type')]: 'PEM',
      [of('ssl.truststore.location')]: truststore,
      [of('sasl.enabled.mechanisms')]: 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
      [of('connections.max.reauth.ms')]: String(REAUTHENTICATE_MS),
      ...jaas('plain', `plain.PlainLoginModule required user_tact="${PASSWORD}" user_stranger="${PASSWORD}"`),
      ...jaas('scram-sha-256', 'scram.ScramLoginModule required'),
      ...jaas('scram-sha-512', 'scram.ScramLoginModule required'),
      ...jaas(
        'oauthbearer',
        'oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker"',
      ),
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
    },
  });
  return {
    secure: `localhost:${port}`,
    plain: broker.address,
    async stop() {
      await broker.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
