import type { CustomerState } from '../model/customer-state.ts';
import { corrupt, createPackedCodec, type PackedCodec } from './packed-codec.ts';
import { tactSchemaText } from './tact-schema.ts';

export type StateCodec = PackedCodec<CustomerState>;

const CLOSED_SETS = {
  status: new Set(['granted', 'pending', 'withdrawn']),
  cause: new Set(['opt-out', 'complaint', 'erasure']),
};

/** Makes a codec from the texts of all versions of the schema, oldest first; it writes the last one and reads every one. */
export function createStateCodec(texts: readonly string[]): StateCodec {
  const packed = createPackedCodec<CustomerState>(texts);
  return {
    encode: packed.encode,
    decode(bytes) {
      const state = packed.decode(bytes);
      for (const { status } of state.consents) requireKnown('status', status);
      for (const { cause } of state.optOuts) requireKnown('cause', cause);
      return state;
    },
  };
}

/** Texts of older versions go before the current one, and never away. */
const codec = createStateCodec([
  tactSchemaText('CustomerState.v1'),
  tactSchemaText('CustomerState.v2'),
  tactSchemaText('CustomerState'),
]);

/** The state as packed bytes: one version byte, then Avro by `schemas/CustomerState.avsc`. */
export function encodeState(state: CustomerState): Buffer {
  return codec.encode(state);
}

/** Reads what any version of `encodeState` wrote; throws `state-corrupt` for anything else, in bounded time and memory. */
export function decodeState(bytes: Buffer): CustomerState {
  return codec.decode(bytes);
}

function requireKnown(field: keyof typeof CLOSED_SETS, value: string): void {
  if (!CLOSED_SETS[field].has(value)) throw corrupt(`a ${field} of no known kind`);
}
