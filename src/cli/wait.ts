/** Resolves after `wait` milliseconds, at once when there is nothing to wait for or the signal is aborted. */
export function waitFor(wait: number, signal: AbortSignal): Promise<void> {
  if (wait <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, wait);
    signal.addEventListener('abort', done);
  });
}
