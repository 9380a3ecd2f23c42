import { isIP } from 'node:net';
import type { RedisOptions } from 'ioredis';
import { TactError } from '../kernel/errors.ts';
import type { RedisSettings, RedisTls } from './settings.ts';

const RETRY_MS_MAX = 1_000;

/**
 * The client's options, chosen so that a Redis that is away is an error soon: nothing waits in a queue, nothing that was
 * sent is sent again behind the caller's back, and the connection comes back by itself.
 */
export function clientOptions(settings: RedisSettings): RedisOptions & { replyMapping: 'legacy' } {
  const { host, port, db, secure, username, password } = addressOf(settings.url);
  const user = settings.username ?? username;
  const secret = settings.password ?? password;
  return {
    host,
    port,
    db,
    ...(user === undefined ? {} : { username: user }),
    ...(secret === undefined ? {} : { password: secret }),
    ...(secure ? { tls: tlsOptions(host, settings.tls) } : {}),
    connectionName: 'tact',
    disableClientInfo: true,
    replyMapping: 'legacy',
    connectTimeout: settings.connectionTimeoutMs,
    commandTimeout: settings.commandTimeoutMs,
    // A connection that is silent although something was asked is dead: without this, its queue would grow.
    socketTimeout: 2 * settings.commandTimeoutMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, RETRY_MS_MAX) + Math.random() * 50,
    // What was a primary is a replica now; the address may lead to the new one.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  };
}

function addressOf(url: string) {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const secure = parsed?.protocol === 'rediss:';
  if (!parsed || !(secure || parsed.protocol === 'redis:')) {
    throw new TactError(
      'invalid-config',
      'the address of Redis must be redis://host:port or rediss://host:port',
    );
  }
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: Number(parsed.port || 6379),
    db: Number(parsed.pathname.slice(1) || 0),
    secure,
    username: parsed.username === '' ? undefined : decodeURIComponent(parsed.username),
    password: parsed.password === '' ? undefined : decodeURIComponent(parsed.password),
  };
}

function tlsOptions(host: string, tls: RedisTls = {}): NonNullable<RedisOptions['tls']> {
  // An IP address is checked against the certificate too, but may not be sent as a server name.
  const servername = tls.serverName ?? (isIP(host) ? undefined : host);
  return {
    ...(servername === undefined ? {} : { servername }),
    rejectUnauthorized: true,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
  };
}
