import { TactError } from '../kernel/errors.ts';
import type { Duration } from '../kernel/time.ts';

/** Waits for the work, but not for longer than this; never throws, whatever becomes of the work. */
export async function within(limit: Duration, work: Promise<unknown> | undefined): Promise<void> {
  await answeredWithin(limit, 'work', work ?? Promise.resolve()).catch(() => undefined);
}

/**
 * The work's own result, or `kafka-unreachable` when there is none in time. The library ends its requests by itself; this is
 * for what it loses in between (a connection that is never made, a lock that nobody gives back), so that nobody waits for ever.
 */
export async function answeredWithin<T>(limit: Duration, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    const late = () =>
      reject(new TactError('kafka-unreachable', `the client has not ended this for ${limit} ms: ${what}`));
    timer = setTimeout(late, limit);
  });
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
