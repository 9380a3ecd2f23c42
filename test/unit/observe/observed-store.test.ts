import { describe, expect, it } from 'vitest';
import { TactError } from '../../../src/kernel/errors.ts';
import { observeStore, type StoreCommand } from '../../../src/observe/observed-store.ts';
import type { StateStore } from '../../../src/shard/state-store.ts';

function fakeStore(answer: Partial<StateStore>): StateStore {
  return answer as StateStore;
}

function watch() {
  const seen: [StoreCommand, number, string | undefined][] = [];
  let now = 0;
  return {
    seen,
    pass: (took: number) => {
      now += took;
    },
    clock: () => now,
    watcher: {
      storeCommand: (command: StoreCommand, took: number, failure?: string) =>
        void seen.push([command, took, failure]),
    },
  };
}

describe('an observed store', () => {
  it('passes answers through and times the calls', async () => {
    const { seen, watcher, clock, pass } = watch();
    const loaded = { watermark: 4, values: [null] };
    const load = async (shard: number, fields: readonly string[]) => {
      expect([shard, fields]).toEqual([3, ['a']]);
      pass(7);
      return loaded;
    };
    const store = observeStore(fakeStore({ load }), watcher, clock);
    expect(await store.load(3, ['a'])).toBe(loaded);
    expect(seen).toEqual([['load', 7, undefined]]);
  });

  it('throws the same error and counts whether it was refused or unreachable', async () => {
    const { seen, watcher, clock } = watch();
    const refused = new TactError('redis-refused', 'read-only');
    const away = new TactError('redis-unreachable', 'no answer');
    const store = observeStore(
      fakeStore({ apply: () => Promise.reject(refused), view: () => Promise.reject(away) }),
      watcher,
      clock,
    );
    const change = { expected: 0, next: 1, log: 'l', at: 0, entries: new Map(), due: new Map() };
    await expect(store.apply(0, change)).rejects.toBe(refused);
    await expect(store.view(0)).rejects.toBe(away);
    expect(seen).toEqual([
      ['apply', 0, 'refused'],
      ['view', 0, 'unreachable'],
    ]);
  });
});
