import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Due, StateChange, StateStore } from '../../src/shard/state-store.ts';

/** A store that nobody else uses; `close` ends what the fixture started. */
export interface StateStoreFixture {
  readonly store: StateStore;
  /** Another process's view of the same store. */
  readonly other: StateStore;
  /** Loses the index of what waits in the shard, and nothing else. */
  loseIndex(shard: number): Promise<void>;
  close(): Promise<void>;
}

type Times = Record<string, number | null>;
type Entries = Record<string, string | Buffer | null>;

function change(expected: number, next: number, entries: Entries, due: Times = {}): StateChange {
  const values = Object.entries(entries).map(
    ([field, value]) => [field, typeof value === 'string' ? Buffer.from(value) : value] as const,
  );
  return {
    expected,
    next,
    log: 'log-1',
    at: 1_700_000_000_000,
    entries: new Map(values),
    due: new Map(Object.entries(due)),
  };
}

/** A change that lets each field wait until its time, its name being its value. */
function waits(expected: number, next: number, due: Record<string, number>): StateChange {
  return change(expected, next, Object.fromEntries(Object.keys(due).map((field) => [field, field])), due);
}

const ALL = { until: Number.MAX_SAFE_INTEGER, limit: 100, bytesMax: 1_000_000 };
const fieldsOf = ({ entries }: Due): string[] => entries.map(({ field }) => field);

async function allEntries(store: StateStore, shard: number): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for await (const [field, value] of store.entries(shard)) found.set(field, value);
  return found;
}

const bytes = (...values: number[]): Buffer => Buffer.from(values);

/** The promises of the port StateStore, one by one. */
export function stateStoreContract(name: string, makeFixture: () => Promise<StateStoreFixture>): void {
  describe(`the state store ${name}`, () => {
    let fixture: StateStoreFixture;
    let store: StateStore;
    let lastShard = 0;
    const newShard = (): number => {
      lastShard += 1;
      return lastShard;
    };
    beforeAll(async () => {
      fixture = await makeFixture();
      store = fixture.store;
    });
    afterAll(() => fixture.close());

    it('reads a shard that was never written as watermark 0 and absent values', async () => {
      const shard = newShard();
      expect(await store.load(shard, ['a', 'b'])).toEqual({ watermark: 0, values: [null, null] });
      expect(await store.view(shard)).toEqual({
        watermark: 0,
        log: undefined,
        at: undefined,
        position: null,
      });
      expect(await allEntries(store, shard)).toEqual(new Map());
    });

    it('answers a load in the order of the fields, also when it asks for none', async () => {
      const shard = newShard();
      await store.apply(shard, change(0, 3, { a: '1', b: '2' }));
      const { values } = await store.load(shard, ['b', 'absent', 'a', 'b']);
      expect(values.map((value) => value?.toString())).toEqual(['2', undefined, '1', '2']);
      expect(await store.load(shard, [])).toEqual({ watermark: 3, values: [] });
    });

    it('applies a change when the watermark is the expected one', async () => {
      const shard = newShard();
      expect(await store.apply(shard, change(0, 7, { a: '1' }))).toEqual({ applied: true });
      expect(await store.apply(shard, change(7, 9, { b: '2' }))).toEqual({ applied: true });
      expect(await fixture.other.load(shard, ['a', 'b'])).toEqual({
        watermark: 9,
        values: [Buffer.from('1'), Buffer.from('2')],
      });
    });

    it('refuses a change made for another watermark, tells the present one and writes nothing', async () => {
      const shard = newShard();
      await store.apply(shard, change(0, 7, { a: 'kept', b: 'kept' }));
      const late = { ...change(5, 9, { a: 'lost', b: null, c: 'lost' }), at: 1 };
      expect(await store.apply(shard, late)).toEqual({ applied: false, watermark: 7 });
      expect(await store.apply(shard, change(8, 9, { a: 'lost' }))).toEqual({ applied: false, watermark: 7 });
      const { values } = await store.load(shard, ['a', 'b', 'c']);
      expect(values.map((value) => value?.toString())).toEqual(['kept', 'kept', undefined]);
      expect(await store.view(shard)).toMatchObject({ watermark: 7, log: 'log-1', at: 1_700_000_000_000 });
    });

    it('refuses a change of another incarnation of the changelog, whatever it expects', async () => {
      const shard = newShard();
      await store.apply(shard, change(0, 7, { a: 'kept' }));
      for (const [expected, next] of [
        [7, 9],
        [3, 7],
      ] as const) {
        const other = { ...change(expected, next, { a: 'lost' }), log: 'log-2' };
        expect(await store.apply(shard, other)).toEqual({ applied: false, watermark: 0 });
      }
      expect(await store.load(shard, ['a'])).toEqual({ watermark: 7, values: [Buffer.from('kept')] });
    });

    it('refuses on a shard that has lost its watermark', async () => {
      const shard = newShard();
      expect(await store.apply(shard, change(4, 5, { a: '1' }))).toEqual({ applied: false, watermark: 0 });
      expect(await allEntries(store, shard)).toEqual(new Map());
    });

    it('answers the same change sent again as applied, and writes it once', async () => {
      const shard = newShard();
      const same = change(0, 7, { a: '1' });
      expect(await store.apply(shard, same)).toEqual({ applied: true });
      expect(await fixture.other.apply(shard, same)).toEqual({ applied: true });
      await store.apply(shard, change(7, 8, { a: '2' }));
      expect(await store.apply(shard, same)).toEqual({ applied: false, watermark: 8 });
      expect((await store.load(shard, ['a'])).values).toEqual([Buffer.from('2')]);
    });

    it('takes a change up to the present watermark as applied already, and writes nothing', async () => {
      const shard = newShard();
      await store.apply(shard, change(0, 7, { a: '1' }));
      for (const expected of [3, 7]) {
        expect(await store.apply(shard, change(expected, 7, { a: 'again' }))).toEqual({ applied: true });
      }
      expect(await store.load(shard, ['a'])).toEqual({ watermark: 7, values: [Buffer.from('1')] });
    });

    it('lets one of two that expect the same watermark through', async () => {
      const shard = newShard();
      const [first, second] = await Promise.all([
        store.apply(shard, change(0, 5, { a: 'first' })),
        fixture.other.apply(shard, change(0, 6, { a: 'second' })),
      ]);
      expect([first.applied, second.applied].sort()).toEqual([false, true]);
      const winner = first.applied ? { watermark: 5, a: 'first' } : { watermark: 6, a: 'second' };
      const { watermark, values } = await store.load(shard, ['a']);
      expect({ watermark, a: values[0]?.toString() }).toEqual(winner);
    });

    it('removes a field whose value is null, and leaves an absent one absent', async () => {
      const shard = newShard();
      await store.apply(shard, change(0, 1, { a: '1', b: '2' }));
      await store.apply(shard, change(1, 2, { a: null, absent: null, c: '3' }));
      expect(await allEntries(store, shard)).toEqual(
        new Map([
          ['b', Buffer.from('2')],
          ['c', Buffer.from('3')],
        ]),
      );
    });

    it('moves the watermark of a change without entries', async () => {
      const shard = newShard();
      expect(await store.apply(shard, change(0, 12, {}))).toEqual({ applied: true });
      expect((await store.load(shard, [])).watermark).toBe(12);
    });

    it('keeps its watermark when every entry is removed', async () => {
      const shard = newShard();
      await store.apply(shard, change(0, 1, { a: '1' }));
      await store.apply(shard, change(1, 2, { a: null }));
      expect(await store.load(shard, ['a'])).toEqual({ watermark: 2, values: [null] });
    });

    it('keeps any bytes, none at all, and any field name', async () => {
      const shard = newShard();
      const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const entries = {
        every,
        empty: bytes(),
        zeros: bytes(0, 0),
        'd:topic/3/17': bytes(255, 13, 10),
        é: bytes(1),
      };
      await store.apply(shard, change(0, 1, entries));
      const fields = Object.keys(entries);
      expect((await store.load(shard, fields)).values).toEqual(Object.values(entries));
      expect(await allEntries(store, shard)).toEqual(new Map(Object.entries(entries)));
    });

    it('keeps offsets beyond 32 bits exactly', async () => {
      const shard = newShard();
      const far = Number.MAX_SAFE_INTEGER - 1;
      await store.apply(shard, change(0, far, {}));
      expect(await store.apply(shard, change(far - 1, far + 1, {}))).toEqual({
        applied: false,
        watermark: far,
      });
      expect(await store.apply(shard, change(far, far + 1, {}))).toEqual({ applied: true });
    });

    it('takes 20,000 entries in one change, set and removed', async () => {
      const shard = newShard();
      const fields = Array.from({ length: 20_000 }, (_, n) => `customer-${n}`);
      const set = fields.map((field) => [field, Buffer.from(`state of ${field}`)] as const);
      await store.apply(shard, { ...change(0, 1, {}), entries: new Map(set) });
      const listed = [...(await allEntries(store, shard))].map(([field, value]) => `${field}: ${value}`);
      expect(listed.sort()).toEqual(set.map(([field, value]) => `${field}: ${value}`).sort());
      const { values } = await store.load(shard, fields);
      expect(values.map(String)).toEqual(set.map(([, value]) => String(value)));
      const removals = fields.slice(1).map((field) => [field, null] as const);
      await store.apply(shard, { ...change(1, 2, {}), entries: new Map(removals) });
      expect(await allEntries(store, shard)).toEqual(new Map(set.slice(0, 1)));
    });

    it('shows a load either all of a change or none of it', async () => {
      const shard = newShard();
      const fields = Array.from({ length: 3_000 }, (_, n) => `f${n}`);
      await store.apply(shard, change(0, 1, Object.fromEntries(fields.map((field) => [field, '1']))));
      let stop = false;
      let loads = 0;
      const reading = (async () => {
        while (!stop) {
          const { watermark, values } = await fixture.other.load(shard, fields);
          loads += 1;
          expect(new Set(values.map(String))).toEqual(new Set([String(watermark)]));
        }
      })();
      for (let next = 2; next <= 20; next += 1) {
        const entries = Object.fromEntries(fields.map((field) => [field, String(next)]));
        await store.apply(shard, change(next - 1, next, entries));
      }
      stop = true;
      await reading;
      expect(loads).toBeGreaterThan(2);
    });

    it('tells a load that was sent right behind an apply whether it took', async () => {
      const shard = newShard();
      const applied = store.apply(shard, change(0, 5, { a: '1' }));
      const loaded = store.load(shard, ['a']);
      expect(await applied).toEqual({ applied: true });
      expect(await loaded).toEqual({ watermark: 5, values: [Buffer.from('1')] });
    });

    it('shows watermark, log, time and position in a view', async () => {
      const shard = newShard();
      await store.apply(shard, { ...change(0, 4, { position: 'here', a: '1' }), log: 'log-7', at: 1_234 });
      expect(await store.view(shard)).toEqual({
        watermark: 4,
        log: 'log-7',
        at: 1_234,
        position: Buffer.from('here'),
      });
    });

    it('lists the position among the entries, and nothing of its own', async () => {
      const shard = newShard();
      await store.apply(shard, change(0, 4, { position: 'here', a: '1' }));
      expect([...(await allEntries(store, shard)).keys()].sort()).toEqual(['a', 'position']);
    });

    it('refuses an entry that is called like one of its own fields', async () => {
      const shard = newShard();
      for (const field of ['watermark', 'log', 'at', 'due']) {
        await expect(store.apply(shard, change(0, 4, { [field]: 'x' }))).rejects.toThrow('invariant broken');
      }
      expect((await store.load(shard, [])).watermark).toBe(0);
    });

    it('forgets everything of a cleared shard, and takes it from 0 again', async () => {
      const shard = newShard();
      await store.apply(shard, change(0, 4, { position: 'here', a: '1' }));
      await store.clear(shard);
      expect(await store.view(shard)).toEqual({
        watermark: 0,
        log: undefined,
        at: undefined,
        position: null,
      });
      expect(await allEntries(store, shard)).toEqual(new Map());
      expect(await store.apply(shard, change(0, 2, { a: '2' }))).toEqual({ applied: true });
      await store.clear(newShard());
    });

    it('keeps shards apart', async () => {
      const [one, two] = [newShard(), newShard()];
      await store.apply(one, change(0, 4, { a: 'one' }));
      await store.apply(two, change(0, 6, { a: 'two' }));
      await store.clear(one);
      expect(await store.load(one, ['a'])).toEqual({ watermark: 0, values: [null] });
      expect(await store.load(two, ['a'])).toEqual({ watermark: 6, values: [Buffer.from('two')] });
    });

    it('has nothing due in a shard that was never written, nor in one where nothing waits', async () => {
      const shard = newShard();
      const nothing = { entries: [], waiting: 0, isWhole: true };
      expect(await store.due(shard, ALL)).toEqual({ ...nothing, watermark: 0 });
      await store.apply(shard, change(0, 4, { a: '1' }));
      expect(await store.due(shard, ALL)).toEqual({ ...nothing, watermark: 4 });
    });

    it('tells what is due up to and including an instant, the earliest first, with its bytes', async () => {
      const shard = newShard();
      const times = {
        'd:t/0/1': 1_700_000_000_500,
        'd:t/0/2': 1_700_000_000_400,
        'd:t/0/3': 1_700_000_000_501,
      };
      const value = bytes(0, 255, 13, 10);
      const { entries, ...rest } = waits(0, 4, times);
      await store.apply(shard, { ...rest, entries: new Map([...entries, ['d:t/0/1', value]]) });
      expect(await fixture.other.due(shard, { ...ALL, until: 1_700_000_000_500 })).toEqual({
        watermark: 4,
        entries: [
          { field: 'd:t/0/2', value: Buffer.from('d:t/0/2') },
          { field: 'd:t/0/1', value },
        ],
        waiting: 3,
        nextDueAt: 1_700_000_000_501,
        isWhole: true,
      });
    });

    it('gives what is due at one instant in the order of the fields', async () => {
      const shard = newShard();
      await store.apply(shard, waits(0, 4, { b: 5, a: 5, B: 5, c: 4 }));
      expect(fieldsOf(await store.due(shard, ALL))).toEqual(['c', 'B', 'a', 'b']);
    });

    it('gives no more than it was asked for, and says when the next one is due', async () => {
      const shard = newShard();
      await store.apply(shard, waits(0, 4, { a: 1, b: 2, c: 3 }));
      const one = await store.due(shard, { ...ALL, limit: 1 });
      expect([fieldsOf(one), one.waiting, one.nextDueAt]).toEqual([['a'], 3, 2]);
      const none = await store.due(shard, { ...ALL, limit: 0 });
      expect([fieldsOf(none), none.waiting, none.nextDueAt]).toEqual([[], 3, 1]);
      const early = await store.due(shard, { ...ALL, until: 0 });
      expect([fieldsOf(early), early.waiting, early.nextDueAt]).toEqual([[], 3, 1]);
    });

    it('gives no more bytes than it was asked for, and one entry whatever it takes', async () => {
      const shard = newShard();
      await store.apply(shard, waits(0, 4, { aaaa: 1, bbbb: 2, cccc: 3 }));
      const inBytes = async (bytesMax: number) => fieldsOf(await store.due(shard, { ...ALL, bytesMax }));
      expect(await inBytes(8)).toEqual(['aaaa', 'bbbb']);
      expect(await inBytes(11)).toEqual(['aaaa', 'bbbb']);
      expect(await inBytes(12)).toEqual(['aaaa', 'bbbb', 'cccc']);
      expect(await inBytes(0)).toEqual(['aaaa']);
    });

    it('moves what is due at another time, and takes out what waits no longer', async () => {
      const shard = newShard();
      await store.apply(shard, waits(0, 4, { a: 1, b: 2, c: 3 }));
      await store.apply(shard, change(4, 5, { a: 'again', b: null }, { a: 9, b: null, absent: null }));
      const due = await store.due(shard, ALL);
      expect([fieldsOf(due), due.waiting, due.isWhole, due.watermark]).toEqual([['c', 'a'], 2, true, 5]);
      await store.apply(shard, change(5, 6, { a: null, c: null }, { a: null, c: null }));
      expect(await store.due(shard, ALL)).toEqual({ watermark: 6, entries: [], waiting: 0, isWhole: true });
    });

    it('changes nothing of what waits by a change that is refused or comes a second time', async () => {
      const shard = newShard();
      const first = waits(0, 4, { a: 1 });
      await store.apply(shard, first);
      await store.apply(shard, change(4, 5, { a: null }, { a: null }));
      await store.apply(shard, first);
      await store.apply(shard, waits(4, 9, { b: 1 }));
      await store.apply(shard, { ...waits(5, 9, { b: 1 }), log: 'log-2' });
      expect(await store.due(shard, ALL)).toEqual({ watermark: 5, entries: [], waiting: 0, isWhole: true });
    });

    it('says that the index is lost, for as long as the shard is not cleared', async () => {
      const shard = newShard();
      await store.apply(shard, waits(0, 4, { a: 1, b: 2 }));
      await fixture.loseIndex(shard);
      expect(await store.due(shard, ALL)).toMatchObject({ isWhole: false, watermark: 4 });
      // As many come as were lost; they do not hide the loss.
      await store.apply(shard, waits(4, 5, { c: 1, d: 2 }));
      await store.apply(shard, change(5, 6, { a: null, b: null }, { a: null, b: null }));
      expect((await store.due(shard, ALL)).isWhole).toBe(false);
      await store.clear(shard);
      await store.apply(shard, waits(0, 7, { a: 1 }));
      expect(await store.due(shard, ALL)).toMatchObject({ isWhole: true, waiting: 1 });
    });

    it('says that the index is damaged when what is due has no value', async () => {
      const shard = newShard();
      await store.apply(shard, change(0, 4, { a: '1' }, { a: 1, b: 2, c: 3 }));
      const due = await store.due(shard, ALL);
      expect(due).toMatchObject({ isWhole: false, waiting: 3 });
      expect(fieldsOf(due)).toEqual(['a']);
      expect((await store.due(shard, { ...ALL, until: 1 })).isWhole).toBe(true);
    });

    it('forgets what waits with the rest of a cleared shard, and of no other', async () => {
      const [one, two] = [newShard(), newShard()];
      await store.apply(one, waits(0, 4, { a: 1 }));
      await store.apply(two, waits(0, 4, { a: 1 }));
      await store.clear(one);
      expect(await store.due(one, ALL)).toEqual({ watermark: 0, entries: [], waiting: 0, isWhole: true });
      expect((await store.due(two, ALL)).waiting).toBe(1);
    });

    it('lists what waits among the entries, and not how many it is', async () => {
      const shard = newShard();
      await store.apply(shard, waits(0, 4, { 'd:t/0/1': 1 }));
      expect([...(await allEntries(store, shard)).keys()]).toEqual(['d:t/0/1']);
    });

    it('takes 5,000 that wait in one change, and gives them in order', async () => {
      const shard = newShard();
      const times = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`d:t/0/${n}`, 10_000 - n]));
      await store.apply(shard, waits(0, 4, times));
      const due = await store.due(shard, { ...ALL, limit: 10_000 });
      expect(fieldsOf(due)).toEqual(Object.keys(times).reverse());
    });
  });
}
