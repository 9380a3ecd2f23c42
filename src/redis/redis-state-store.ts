import { TactError } from '../kernel/errors.ts';
import {
  type Applied,
  type Due,
  type DueQuestion,
  type Loaded,
  POSITION_FIELD,
  type ShardView,
  type StateChange,
  type StateStore,
} from '../shard/state-store.ts';
import { appliedOf, applyArguments } from './apply-script.ts';
import { dueOf } from './due-script.ts';
import { type OnCommand, RedisClient } from './redis-client.ts';
import { reportOf, type ServerReport } from './server-check.ts';
import type { RedisSettings } from './settings.ts';
import { AT_FIELD, dueKey, LOG_FIELD, OWN_FIELDS, shardKey, WATERMARK_FIELD } from './shard-key.ts';

/** Fields per round trip of a scan, about. */
const SCAN_COUNT = 1_000;

/** The state store over one Redis; connects by itself, at once and again. */
export class RedisStateStore implements StateStore {
  readonly #client: RedisClient;
  readonly #prefix: string;
  readonly #isCluster: boolean;

  constructor(settings: RedisSettings, options: { onCommand?: OnCommand } = {}) {
    this.#prefix = settings.keyPrefix;
    this.#isCluster = settings.cluster ?? false;
    this.#client = new RedisClient(settings, options.onCommand);
  }

  async load(shard: number, fields: readonly string[]): Promise<Loaded> {
    const what = `load of shard ${shard}`;
    const [watermark, ...values] = await this.#client.run('load', what, (redis) =>
      redis.hmgetBuffer(this.#key(shard), WATERMARK_FIELD, ...fields),
    );
    return { watermark: watermarkOf(what, watermark), values };
  }

  async apply(shard: number, change: StateChange): Promise<Applied> {
    const what = `apply to shard ${shard}`;
    const args = applyArguments(change);
    const reply = await this.#client.run('apply', what, (redis) =>
      redis.tactApply(this.#key(shard), this.#dueKey(shard), args),
    );
    return appliedOf(change, watermarkOf(what, reply));
  }

  async due(shard: number, { until, limit, bytesMax }: DueQuestion): Promise<Due> {
    const what = `due messages of shard ${shard}`;
    const reply = await this.#client.run('due', what, (redis) =>
      redis.tactDueBuffer(this.#key(shard), this.#dueKey(shard), until, limit, bytesMax),
    );
    return dueOf(reply, watermarkOf(what, String(reply[0])));
  }

  async view(shard: number): Promise<ShardView> {
    const what = `view of shard ${shard}`;
    const [watermark, log, at, position] = await this.#client.run('view', what, (redis) =>
      redis.hmgetBuffer(this.#key(shard), WATERMARK_FIELD, LOG_FIELD, AT_FIELD, POSITION_FIELD),
    );
    return {
      watermark: watermarkOf(what, watermark),
      log: log?.toString(),
      at: at ? Number(at) : undefined,
      position: position ?? null,
    };
  }

  async clear(shard: number): Promise<void> {
    await this.#client.run('clear', `clear of shard ${shard}`, (redis) =>
      redis.unlink(this.#key(shard), this.#dueKey(shard)),
    );
  }

  /** A field may come twice when the hash changes meanwhile. */
  async *entries(shard: number): AsyncGenerator<[field: string, value: Buffer]> {
    const key = this.#key(shard);
    let cursor = '0';
    do {
      const [next, found] = await this.#client.run('scan', `scan of shard ${shard}`, (redis) =>
        redis.hscanBuffer(key, cursor, 'COUNT', SCAN_COUNT),
      );
      for (let index = 0; index + 1 < found.length; index += 2) {
        const field = String(found[index]);
        const value = found[index + 1];
        if (value && !OWN_FIELDS.has(field)) yield [field, value];
      }
      cursor = String(next);
    } while (cursor !== '0');
  }

  /** What to tell the operator about this Redis. Throws `redis-refused` when it is too old. */
  async checkServer(): Promise<ServerReport> {
    return reportOf(await this.#client.infos(), { isCluster: this.#isCluster });
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  #key(shard: number): string {
    return shardKey(this.#prefix, shard);
  }

  #dueKey(shard: number): string {
    return dueKey(this.#prefix, shard);
  }
}

/** A missing watermark is 0. */
function watermarkOf(what: string, stored: Buffer | string | null | undefined): number {
  const watermark = Number(stored ?? 0);
  if (Number.isSafeInteger(watermark) && watermark >= 0) return watermark;
  throw new TactError('redis-refused', `${what}: the watermark is no offset; clear the shard`, {
    retryable: false,
  });
}
