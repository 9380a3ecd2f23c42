import { TactError } from '../kernel/errors.ts';
import type { Duration } from '../kernel/time.ts';
import type { StateStore } from '../shard/state-store.ts';

/** The calls of a state store that are timed. */
export const STORE_COMMANDS = ['load', 'apply', 'due', 'view', 'clear'] as const;
export type StoreCommand = (typeof STORE_COMMANDS)[number];

export interface StoreWatcher {
  storeCommand(command: StoreCommand, took: Duration, failure?: 'unreachable' | 'refused'): void;
}

/** The same store, each call timed and each failure counted; answers and errors pass through unchanged. */
export function observeStore(
  store: StateStore,
  watcher: StoreWatcher,
  clock: () => Duration = () => performance.now(),
): StateStore {
  async function timed<T>(command: StoreCommand, call: () => Promise<T>): Promise<T> {
    const started = clock();
    try {
      const answer = await call();
      watcher.storeCommand(command, clock() - started);
      return answer;
    } catch (error) {
      watcher.storeCommand(command, clock() - started, failureOf(error));
      throw error;
    }
  }
  return {
    load: (shard, fields) => timed('load', () => store.load(shard, fields)),
    apply: (shard, change) => timed('apply', () => store.apply(shard, change)),
    due: (shard, question) => timed('due', () => store.due(shard, question)),
    view: (shard) => timed('view', () => store.view(shard)),
    clear: (shard) => timed('clear', () => store.clear(shard)),
    entries: (shard) => store.entries(shard),
    close: () => store.close(),
  };
}

function failureOf(error: unknown): 'unreachable' | 'refused' {
  return error instanceof TactError && error.code === 'redis-refused' ? 'refused' : 'unreachable';
}
