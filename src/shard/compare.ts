import { TactError } from '../kernel/errors.ts';
import type { LogRecord } from '../model/record.ts';
import { isCustomerField, isDeferralField, isViewField } from './changelog-keys.ts';
import { NOTHING_BUT_COUNTS } from './deferred.ts';
import type { Due, StateStore } from './state-store.ts';

/** Fields compared in one read. */
const CHUNK = 500;
/** What a damaged index of waiting messages is called among the fields that differ. */
const DUE_INDEX = 'due';
/** How often a field is read again that the store changed, or had not yet changed, meanwhile. */
const ROUNDS = 20;

/** Reads the committed records of a shard's changelog from an offset to its present end. */
export type ReadChangelog = (
  from: number,
) => AsyncIterable<{ records: readonly LogRecord[]; nextOffset: number }>;

export interface Comparison {
  readonly changelogRecords: number;
  readonly customers: number;
  /** Fields whose value in the store is not the changelog's fold. */
  readonly different: readonly string[];
  readonly watermark: number;
}

interface Folded {
  readonly value: Buffer | null;
  readonly offset: number;
}

/**
 * Whether the store is the fold of the changelog, exactly, also while the shard is at work: each field is read together with
 * the watermark, and judged only when the fold of that very watermark is known.
 */
export async function compareShard(
  store: StateStore,
  shard: number,
  read: ReadChangelog,
): Promise<Comparison> {
  const fold = new Fold(read);
  await fold.goOn();
  const due = await store.due(shard, NOTHING_BUT_COUNTS);
  let open = new Set(fold.fields());
  for await (const [field] of store.entries(shard)) open.add(field);
  const different: string[] = fold.hasIndex(due) ? [] : [DUE_INDEX];
  let watermark = 0;
  let first: number | undefined;
  for (let round = 0; open.size > 0; round++) {
    // The store stands still behind the changelog: whoever reads it next repairs it, and until then it differs.
    if (round === ROUNDS && watermark === first) return found(fold, [...different, ...open], watermark);
    if (round === ROUNDS) throw neverStill(shard, open.size);
    if (round > 0) await fold.goOn();
    const later = new Set<string>();
    for (const chunk of chunks([...open])) {
      const loaded = await store.load(shard, chunk);
      watermark = loaded.watermark;
      first ??= watermark;
      chunk.forEach((field, i) => {
        const judged = fold.judge(field, loaded.values[i] ?? null, loaded.watermark);
        if (judged === 'unknown') later.add(field);
        else if (judged === 'different') different.push(field);
      });
    }
    open = later;
  }
  return found(fold, different, watermark);
}

function found(fold: Fold, different: readonly string[], watermark: number): Comparison {
  return { changelogRecords: fold.records, customers: fold.customers(), different, watermark };
}

class Fold {
  readonly #read: ReadChangelog;
  readonly #latest = new Map<string, Folded>();
  #next = 0;
  /** After the last record; what lies beyond it, up to `#next`, is none. */
  #end = 0;
  records = 0;

  constructor(read: ReadChangelog) {
    this.#read = read;
  }

  async goOn(): Promise<void> {
    for await (const { records, nextOffset } of this.#read(this.#next)) {
      for (const { key, value, offset } of records) {
        const field = key?.toString() ?? '';
        if (isViewField(field)) this.#latest.set(field, { value, offset });
        this.#end = offset + 1;
      }
      this.records += records.length;
      this.#next = nextOffset;
    }
  }

  fields(): Iterable<string> {
    return this.#latest.keys();
  }

  customers(): number {
    let customers = 0;
    for (const [field, { value }] of this.#latest)
      if (value !== null && isCustomerField(field)) customers += 1;
    return customers;
  }

  /** Whether the index may be right: how much waits can be told only while the store stands where the fold does. */
  hasIndex({ isWhole, watermark, waiting }: Due): boolean {
    if (!isWhole || watermark !== this.#end) return isWhole;
    const all = [...this.#latest].filter(([field, { value }]) => value !== null && isDeferralField(field));
    return all.length === waiting;
  }

  /** Unknown: the fold has not come as far as the watermark, or this field changed after it. */
  judge(field: string, value: Buffer | null, watermark: number): 'same' | 'different' | 'unknown' {
    const latest = this.#latest.get(field);
    if (watermark > this.#next || (latest !== undefined && latest.offset >= watermark)) return 'unknown';
    const expected = latest?.value ?? null;
    if (expected === null || value === null) return expected === value ? 'same' : 'different';
    return expected.equals(value) ? 'same' : 'different';
  }
}

function* chunks(fields: readonly string[]): Generator<string[]> {
  for (let start = 0; start < fields.length; start += CHUNK) yield fields.slice(start, start + CHUNK);
}

function neverStill(shard: number, open: number): TactError {
  return new TactError(
    'log-inconsistent',
    `${open} fields of shard ${shard} could not be compared: they change faster than they are read; try again when there is less traffic`,
  );
}
