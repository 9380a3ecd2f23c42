import { isLocal } from './complete.ts';
import type { Config } from './config.ts';
import type { Refusal } from './issues.ts';

/** What a valid configuration should still be asked about. */
export function warningsOf(config: Config, developmentKey: boolean): Refusal[] {
  const found: Refusal[] = [];
  const { kafka, redis, customerKey } = config;
  if (developmentKey && customerKey) {
    found.push({
      path: ['customerKey'],
      message:
        'the development key is in use: everybody can tell from Redis and the changelog who a customer is; set secretFile before real data arrives, because a new key makes every customer a new one',
    });
  }
  if (kafka.sasl?.mechanism === 'plain' && !kafka.ssl && !isLocal(kafka.brokers, LOOPBACK)) {
    found.push({
      path: ['kafka', 'sasl'],
      message: 'the password crosses the network in clear: add kafka.ssl',
    });
  }
  const redisPassword = redis.password ?? redis.sentinel?.password;
  if (redisPassword && !redis.tls && !isLocal(redis.nodes, redis.url)) {
    found.push({
      path: ['redis', 'url'],
      message: 'the password crosses the network in clear: use rediss://',
    });
  }
  if (config.registry?.password && config.registry.url.startsWith('http:')) {
    found.push({
      path: ['registry', 'url'],
      message: 'the password crosses the network in clear: use https://',
    });
  }
  return found;
}

const LOOPBACK = 'redis://127.0.0.1';
