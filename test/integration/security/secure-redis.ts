import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../stack/children.mjs';
import { startRedis } from '../../stack/redis.mjs';
import type { Issued } from '../../support/certificates.mjs';
import { PASSWORD } from './secure-kafka.ts';

/** The users as they are shipped. */
const USERS = new URL('../../../deploy/redis/users.acl', import.meta.url);

export interface SecureRedis {
  readonly port: number;
  /** Where no TLS is spoken. */
  readonly plainPort: number;
  stop(): Promise<void>;
}

/** A Redis that speaks TLS and knows nobody but the users that are shipped. */
export async function startSecureRedis(
  { certificate, key }: Issued,
  authority: string,
): Promise<SecureRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'tact-secure-'));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const users = readFileSync(USERS, 'utf8').replace('>change-this-password', `>${PASSWORD}`);
  const port = await freePort();
  const redis = await startRedis({
    args: [
      ...['--tls-port', String(port), '--tls-auth-clients', 'no'],
      ...['--tls-cert-file', file('redis.pem', certificate), '--tls-key-file', file('redis.key', key)],
      ...['--tls-ca-cert-file', file('authority.pem', authority), '--aclfile', file('users.acl', users)],
    ],
  });
  return {
    port,
    plainPort: redis.port,
    async stop() {
      await redis.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
