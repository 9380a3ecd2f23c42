import { z } from 'zod';
import { brokerAddress, filePath, milliseconds, secretText, text } from './field-schemas.ts';
import { atMostOne, bothOrNeither } from './section-rules.ts';

const tls = z
  .strictObject({
    caFile: filePath('PEM file with the authorities to trust instead of the well-known ones').optional(),
    certFile: filePath('PEM file with the client certificate').optional(),
    keyFile: filePath('PEM file with the key of the client certificate').optional(),
    serverName: text('name that the certificate must carry', 'the host of the address').optional(),
  })
  .superRefine(bothOrNeither('certFile', 'keyFile'));

const sentinel = z
  .strictObject({
    name: text('by which the sentinels know the primary'),
    username: text('user of the access list of the sentinels', 'the default user').optional(),
    password: secretText('password of the sentinels').optional(),
    passwordFile: filePath('file that holds the password of the sentinels').optional(),
  })
  .superRefine(atMostOne('password', 'passwordFile', { required: false }));

/** How Redis is reached. */
export const redisSchema = z
  .strictObject({
    url: z
      .string()
      .refine(isRedisUrl, {
        error: 'must be redis://host:port or rediss://host:port, with /database where it is not 0',
        abort: true,
      })
      .default('redis://127.0.0.1:6379')
      .meta({
        description:
          'address; `rediss://` speaks TLS; user and password may stand in it; in a cluster any node, with `sentinel` a sentinel',
        secret: true,
      }),
    nodes: z
      .array(brokerAddress())
      .default([])
      .meta({ description: 'further nodes of the cluster, or sentinels, as host:port' }),
    cluster: z.boolean().default(false).meta({ description: 'whether it is a Redis Cluster' }),
    sentinel: sentinel.optional(),
    tls: tls.optional(),
    username: text('user of the access list', 'the default user').optional(),
    password: secretText('password').optional(),
    passwordFile: filePath('file that holds the password').optional(),
    keyPrefix: z
      .string()
      .regex(/^[a-zA-Z0-9._-]{1,64}$/, 'must be 1 to 64 of the characters a-z A-Z 0-9 . _ -')
      .default('tact')
      .meta({ description: 'begins every key' }),
    commandTimeoutMs: milliseconds('a command must be answered within', { min: 50, max: 60_000 }).default(
      1_000,
    ),
    connectionTimeoutMs: milliseconds('a connection must stand within', { min: 50, max: 60_000 }).default(
      5_000,
    ),
  })
  .superRefine(atMostOne('password', 'passwordFile', { required: false }))
  .superRefine((redis, context) => {
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    const url = new URL(redis.url);
    if (redis.cluster && redis.sentinel !== undefined) {
      refuse('sentinel', 'must not be given beside cluster: true; a cluster fails over by itself');
    }
    if (redis.cluster && !/^\/?0?$/.test(url.pathname)) {
      refuse('url', 'names a database; a cluster has none but 0');
    }
    if (redis.nodes.length > 0 && !redis.cluster && redis.sentinel === undefined) {
      refuse('nodes', 'means nothing without cluster: true or sentinel');
    }
    if (redis.tls !== undefined && url.protocol === 'redis:') {
      refuse('tls', 'means nothing while redis.url begins with redis://; write rediss://');
    }
    if (url.username !== '' && redis.username !== undefined) {
      refuse('username', 'must not be given beside a user in redis.url');
    }
    const other = redis.password !== undefined ? 'password' : 'passwordFile';
    if (url.password !== '' && redis[other] !== undefined) {
      refuse(other, 'must not be given beside a password in redis.url');
    }
  })
  .prefault({});

function isRedisUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') return false;
  return url.hostname !== '' && /^(\/\d{0,5})?$/.test(url.pathname) && url.search === '' && url.hash === '';
}
