import type { Duration } from '../kernel/time.ts';

/** Waits for the work, but not for longer than this; never throws, whatever becomes of the work. */
export async function within(limit: Duration, work: Promise<unknown> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limit);
  });
  await Promise.race([work?.catch(() => undefined), timeUp]);
  clearTimeout(timer);
}
