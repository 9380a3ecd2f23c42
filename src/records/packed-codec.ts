import avro from 'avsc';
import { assert, TactError } from '../kernel/errors.ts';
import { type Keeper, Keepers, type KeepingStyle } from './avro-keeper.ts';
import { ByteCursor } from './byte-cursor.ts';
import { withDefaults } from './schema-defaults.ts';
import { Malformed } from './unreadable.ts';

/** Values as they are stored: one version byte, then Avro. */
export interface PackedCodec<T> {
  encode(value: T): Buffer;
  /** Reads what any version wrote; throws `state-corrupt` for anything else, in bounded time and memory. */
  decode(bytes: Buffer): T;
}

/** Our own schemas name our own fields, so records may be ordinary objects; only maps hold names from outside. */
const OWN: KeepingStyle = {
  newRecord: () => ({}),
  keepsNulls: false,
  finishMap(entries) {
    const object: Record<string, unknown> = Object.create(null);
    for (const [name, value] of entries) object[name] = value;
    return object;
  },
};

const DEPTH_MAX = 8;

/**
 * Makes a codec from the texts of all versions of a schema, oldest first: the version byte is the place in the list,
 * counted from 1. It writes the last version and reads every one; what is null or absent comes back absent.
 */
export function createPackedCodec<T>(texts: readonly string[]): PackedCodec<T> {
  const types = texts.map((text) => avro.Type.forSchema(JSON.parse(text), { omitRecordMethods: true }));
  const current = types.at(-1);
  assert(current, 'there is a schema for what is stored');
  const keepers = types.map((type) => new Keepers(OWN).of(type));
  return {
    encode: (value) => encodeWith(current, types.length, value),
    decode(bytes) {
      const keep = keeperOf(keepers, bytes);
      const value = keepWhole(keep, bytes);
      return (keep === keepers.at(-1) ? value : withDefaults(value, current)) as T;
    },
  };
}

/** The operating error for stored bytes that say nothing. */
export function corrupt(why: string): TactError {
  return new TactError(
    'state-corrupt',
    `stored state cannot be read: ${why}; rebuild the shard from its changelog`,
  );
}

let scratch = Buffer.allocUnsafe(16 * 1024);

function encodeWith(type: avro.Type, version: number, value: unknown): Buffer {
  scratch[0] = version;
  let end = type.encode(value, scratch, 1);
  if (end < 0) {
    scratch = Buffer.allocUnsafe(2 * (scratch.length - end));
    scratch[0] = version;
    end = type.encode(value, scratch, 1);
  }
  return Buffer.from(scratch.subarray(0, end));
}

function keeperOf(keepers: readonly Keeper[], bytes: Buffer): Keeper {
  const version = bytes[0] ?? 0;
  const keep = keepers[version - 1];
  if (!keep) throw corrupt(`version ${version} is unknown; this release reads up to ${keepers.length}`);
  return keep;
}

/** An item takes a byte at least, so the bytes themselves bound what is kept. */
function keepWhole(keep: Keeper, bytes: Buffer): unknown {
  try {
    const cursor = new ByteCursor(bytes, 1, { depthMax: DEPTH_MAX, itemsMax: bytes.length });
    const value = keep(cursor);
    if (cursor.remaining > 0) throw new Malformed('bytes follow the value');
    return value;
  } catch (error) {
    throw error instanceof Malformed ? corrupt(error.message) : error;
  }
}
