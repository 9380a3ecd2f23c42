import { isIP } from 'node:net';
import type { ClusterOptions, RedisOptions } from 'ioredis';
import { TactError } from '../kernel/errors.ts';
import type { RedisSentinel, RedisSettings, RedisTls } from './settings.ts';

const RETRY_MS_MAX = 1_000;
/** A cluster is asked for its slots this often, and when a node says that one has moved. */
const SLOTS_REFRESH_MS = 2_000;
const REDIS_PORT = 6_379;

type Options = RedisOptions & { replyMapping: 'legacy' };

/**
 * The client's options for one server, chosen so that a Redis that is away is an error soon: nothing waits in a queue, nothing
 * that was sent is sent again behind the caller's back, and the connection comes back by itself.
 */
export function clientOptions(settings: RedisSettings): Options {
  const { host, port, db } = addressOf(settings.url);
  return {
    ...{ host, port, db },
    ...connectionOptions(settings, host),
    enableOfflineQueue: false,
    retryStrategy: retryPause,
  };
}

/** The same for the primary that sentinels name; a new primary is found when the old one is gone or has become a replica. */
export function sentinelOptions(
  settings: RedisSettings,
  { name, username, password }: RedisSentinel,
): Options {
  const { db } = addressOf(settings.url);
  const sentinels = nodesOf(settings);
  const connection = connectionOptions(settings);
  const { tls } = connection;
  return {
    ...connection,
    ...{ db, name, sentinels },
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
    ...(tls === undefined ? {} : { sentinelTLS: tls, enableTLSForSentinelMode: true }),
    failoverDetector: true,
    enableOfflineQueue: false,
    retryStrategy: retryPause,
    sentinelRetryStrategy: retryPause,
    sentinelCommandTimeout: settings.commandTimeoutMs,
    sentinelMaxConnections: sentinels.length,
  };
}

/** The same for a cluster: a redirection is followed, and nothing else is sent twice. */
export function clusterOptions(settings: RedisSettings) {
  return {
    nodes: nodesOf(settings),
    options: {
      redisOptions: connectionOptions(settings),
      enableOfflineQueue: false,
      // Names are checked against certificates, so they stay names.
      dnsLookup: (address, callback) => callback(null, address),
      slotsRefreshInterval: SLOTS_REFRESH_MS,
      slotsRefreshTimeout: settings.commandTimeoutMs,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      clusterRetryStrategy: retryPause,
    } satisfies ClusterOptions,
  };
}

/** Where to ask first, as `host:port` each. */
export function addressesOf(settings: RedisSettings): string[] {
  return nodesOf(settings).map(({ host, port }) => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`);
}

function nodesOf({ url, nodes = [] }: RedisSettings): { host: string; port: number }[] {
  const all = [addressOf(url), ...nodes.map((node) => addressOf(`redis://${node}`))];
  return all.map(({ host, port }) => ({ host, port }));
}

function connectionOptions(settings: RedisSettings, host?: string) {
  const { secure, username, password } = addressOf(settings.url);
  const user = settings.username ?? username;
  const secret = settings.password ?? password;
  return {
    ...(user === undefined ? {} : { username: user }),
    ...(secret === undefined ? {} : { password: secret }),
    ...(secure ? { tls: tlsOptions(host, settings.tls) } : {}),
    connectionName: 'tact',
    disableClientInfo: true,
    replyMapping: 'legacy' as const,
    connectTimeout: settings.connectionTimeoutMs,
    commandTimeout: settings.commandTimeoutMs,
    // A connection that is silent although something was asked is dead: without this, its queue would grow.
    socketTimeout: 2 * settings.commandTimeoutMs,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // What was a primary is a replica now; the address may lead to the new one.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  };
}

function retryPause(attempt: number): number {
  return Math.min(50 * 2 ** attempt, RETRY_MS_MAX) + Math.random() * 50;
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
    port: Number(parsed.port || REDIS_PORT),
    db: Number(parsed.pathname.slice(1) || 0),
    secure,
    username: parsed.username === '' ? undefined : decodeURIComponent(parsed.username),
    password: parsed.password === '' ? undefined : decodeURIComponent(parsed.password),
  };
}

function tlsOptions(host: string | undefined, tls: RedisTls = {}): NonNullable<RedisOptions['tls']> {
  // An IP address is checked against the certificate too, but may not be sent as a server name.
  const servername = tls.serverName ?? (host === undefined || isIP(host) ? undefined : host);
  return {
    ...(servername === undefined ? {} : { servername }),
    rejectUnauthorized: true,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
  };
}
