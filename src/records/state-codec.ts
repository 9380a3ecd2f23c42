import avro from 'avsc';
import { assert, TactError } from '../kernel/errors.ts';
import type { CustomerState } from '../model/customer-state.ts';
import { type Keeper, Keepers, type KeepingStyle } from './avro-keeper.ts';
import { ByteCursor } from './byte-cursor.ts';
import { withDefaults } from './schema-defaults.ts';
import { tactSchemaText } from './tact-schema.ts';
import { Malformed } from './unreadable.ts';

export interface StateCodec {
  encode(state: CustomerState): Buffer;
  decode(bytes: Buffer): CustomerState;
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

const CLOSED_SETS = {
  status: new Set(['granted', 'pending', 'withdrawn']),
  cause: new Set(['opt-out', 'complaint', 'erasure']),
};
const DEPTH_MAX = 8;

/**
 * Makes a codec from the texts of all versions of the schema, oldest first: the version byte is the place in the list,
 * counted from 1. It writes the last version and reads every one.
 */
export function createStateCodec(texts: readonly string[]): StateCodec {
  const types = texts.map((text) => avro.Type.forSchema(JSON.parse(text), { omitRecordMethods: true }));
  const current = types.at(-1);
  assert(current, 'there is a schema for states');
  const keepers = types.map((type) => new Keepers(OWN).of(type));
  return {
    encode: (state) => encodeWith(current, types.length, state),
    decode: (bytes) => decodeWith(current, keepers, bytes),
  };
}

/** Texts of older versions go before the current one, and never away. */
const codec = createStateCodec([tactSchemaText('CustomerState')]);

/** The state as packed bytes: one version byte, then Avro by `schemas/CustomerState.avsc`. */
export function encodeState(state: CustomerState): Buffer {
  return codec.encode(state);
}

/** Reads what any version of `encodeState` wrote; throws `state-corrupt` for anything else, in bounded time and memory. */
export function decodeState(bytes: Buffer): CustomerState {
  return codec.decode(bytes);
}

let scratch = Buffer.allocUnsafe(16 * 1024);

function encodeWith(type: avro.Type, version: number, state: CustomerState): Buffer {
  scratch[0] = version;
  let end = type.encode(state, scratch, 1);
  if (end < 0) {
    scratch = Buffer.allocUnsafe(2 * (scratch.length - end));
    scratch[0] = version;
    end = type.encode(state, scratch, 1);
  }
  return Buffer.from(scratch.subarray(0, end));
}

function decodeWith(current: avro.Type, keepers: readonly Keeper[], bytes: Buffer): CustomerState {
  const version = bytes[0] ?? 0;
  const keep = keepers[version - 1];
  if (!keep) throw corrupt(`version ${version} is unknown; this release reads up to ${keepers.length}`);
  const value = keepWhole(keep, bytes);
  const state = (version === keepers.length ? value : withDefaults(value, current)) as CustomerState;
  for (const { status } of state.consents) requireKnown('status', status);
  for (const { cause } of state.optOuts) requireKnown('cause', cause);
  return state;
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

function requireKnown(field: keyof typeof CLOSED_SETS, value: string): void {
  if (!CLOSED_SETS[field].has(value)) throw corrupt(`a ${field} of no known kind`);
}

function corrupt(why: string): TactError {
  return new TactError(
    'state-corrupt',
    `stored state cannot be read: ${why}; rebuild the shard from its changelog`,
  );
}
