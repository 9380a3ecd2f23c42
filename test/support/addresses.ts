import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    kafka: string;
    redis: string;
  }
}

/** `127.0.0.1:port` of the Kafka that the run's global set-up started; only in the project `real`. */
export function kafkaAddress(): string {
  return inject('kafka');
}

/** `redis://127.0.0.1:port` of the Redis that the run's global set-up started; only in the project `real`. */
export function redisAddress(): string {
  return inject('redis');
}
