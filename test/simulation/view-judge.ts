import type { MemoryBroker } from '../../src/memory/memory-broker.ts';
import type { TopicOffset } from '../../src/model/record.ts';
import { isDeferralField, isViewField } from '../../src/shard/changelog-keys.ts';
import { NOTHING_BUT_COUNTS } from '../../src/shard/deferred.ts';
import { decodePosition, parsePartitionKey } from '../../src/shard/position.ts';
import { POSITION_FIELD } from '../../src/shard/state-store.ts';
import { Violation } from './violation.ts';
import type { WatchedStore } from './watched-store.ts';

interface Written {
  readonly offset: number;
  readonly value: Buffer | null;
  /** Compaction took it away. */
  isGone: boolean;
}

/** Everything that was ever committed to a shard's changelog, by key, in order. */
type History = Map<string, Written[]>;

/** I4: whatever the store holds of a shard is the fold of the changelog before the watermark it has. */
export class ViewJudge {
  readonly #broker: MemoryBroker;
  readonly #store: WatchedStore;
  readonly #histories: readonly History[];
  readonly #read: number[];
  readonly #unjudged = new Set<number>();

  constructor({ broker, store, shards }: { broker: MemoryBroker; store: WatchedStore; shards: number }) {
    this.#broker = broker;
    this.#store = store;
    this.#histories = Array.from({ length: shards }, () => new Map());
    this.#read = Array.from({ length: shards }, () => 0);
  }

  /** The changelog was compacted: of each key only the newest value is left, whatever the watermark. */
  compacted(): void {
    this.#readAllOn();
    for (const history of this.#histories) {
      for (const written of history.values()) {
        const newest = written.at(-1)?.offset ?? 0;
        for (const each of written) each.isGone ||= each.offset < newest;
      }
    }
  }

  /** Where every input partition is read on, by what is committed: all before is decided. */
  positions(): TopicOffset[] {
    return this.#histories.flatMap((history) => {
      const value = history.get(POSITION_FIELD)?.at(-1)?.value;
      const next = value ? [...decodePosition(value).next] : [];
      return next.map(([key, offset]) => ({ ...parsePartitionKey(key), offset }));
    });
  }

  async judge(): Promise<void> {
    this.#readAllOn();
    for (const shard of this.#store.takeChanged()) this.#unjudged.add(shard);
    for (const shard of this.#unjudged) if (await this.#judgeShard(shard)) this.#unjudged.delete(shard);
  }

  /** Every shard of the store holds everything that was committed, and nothing waits. */
  async isCaughtUp(): Promise<boolean> {
    for (const [shard, history] of this.#histories.entries()) {
      const { watermark } = await this.#store.view(shard);
      const { waiting } = await this.#store.due(shard, NOTHING_BUT_COUNTS);
      if (waiting > 0 || watermark < endOf(history)) return false;
    }
    return true;
  }

  #readAllOn(): void {
    this.#histories.forEach((history, shard) => {
      this.#readOn(shard, history);
    });
  }

  #readOn(shard: number, history: History): void {
    const { lastStableOffset } = this.#broker.offsets('state', shard);
    const from = this.#read[shard] as number;
    if (lastStableOffset <= from) return;
    this.#read[shard] = lastStableOffset;
    for (const { key, value, offset } of this.#broker.read('state', shard, { from })) {
      const field = String(key);
      if (!isViewField(field)) continue;
      const written = history.get(field);
      const entry = { offset, value, isGone: false };
      if (written) written.push(entry);
      else history.set(field, [entry]);
    }
  }

  /** False: a stranger's transaction hangs in the changelog, so that what the store says cannot be seen there yet. */
  async #judgeShard(shard: number): Promise<boolean> {
    const { watermark } = await this.#store.view(shard);
    const end = this.#broker.offsets('state', shard).highWatermark;
    if (watermark > end)
      throw new Violation('I4', `shard ${shard} is at ${watermark}, its changelog ends at ${end}`);
    if (watermark > (this.#read[shard] as number)) return false;
    const { fold: expected, unknown } = foldOf(this.#histories[shard] as History, watermark);
    for await (const [field, value] of this.#store.entries(shard)) {
      if (unknown.has(field)) continue;
      if (!expected.get(field)?.equals(value))
        throw new Violation(
          'I4',
          `${field} of shard ${shard} at ${watermark} is not what the changelog says`,
        );
      expected.delete(field);
    }
    const [missing] = expected.keys();
    if (missing !== undefined)
      throw new Violation('I4', `${missing} of shard ${shard} at ${watermark} is in the changelog only`);
    await this.#judgeIndex(shard, watermark);
    return true;
  }

  /** A damaged index says so of itself; one that does not is the one that belongs to the fields. */
  async #judgeIndex(shard: number, watermark: number): Promise<void> {
    const { waiting, isWhole } = await this.#store.due(shard, NOTHING_BUT_COUNTS);
    const { fold, unknown } = foldOf(this.#histories[shard] as History, watermark);
    if ([...unknown].some(isDeferralField)) return;
    const fields = [...fold.keys()].filter(isDeferralField).length;
    if (isWhole && waiting !== fields)
      throw new Violation('I4', `${waiting} wait in the index of shard ${shard}, ${fields} in its fields`);
  }
}

function endOf(history: History): number {
  let end = 0;
  for (const written of history.values()) end = Math.max(end, (written.at(-1)?.offset ?? -1) + 1);
  return end;
}

/** What a view at the watermark holds; `unknown`: on the way to a newer value of these keys, it may hold an older one. */
function foldOf(history: History, watermark: number): { fold: Map<string, Buffer>; unknown: Set<string> } {
  const fold = new Map<string, Buffer>();
  const unknown = new Set<string>();
  for (const [field, written] of history) {
    const last = written.findLast(({ offset }) => offset < watermark);
    if (last?.isGone) unknown.add(field);
    else if (last && last.value !== null) fold.set(field, last.value);
  }
  return { fold, unknown };
}
