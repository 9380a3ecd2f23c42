import type avro from 'avsc';
import { branchOf, nextBlock, refuseBeyondEnd } from './avro-skipper.ts';
import { type AvroNode, nodeOf, takesNoBytes } from './avro-tree.ts';
import type { ByteCursor } from './byte-cursor.ts';
import { convertLogical } from './logical-value.ts';
import { Malformed } from './unreadable.ts';

/** Reads one value into memory; longs beyond 2^53 become bigints. */
export type Keeper = (cursor: ByteCursor) => unknown;

/** What records and maps become. */
export interface KeepingStyle {
  newRecord(): Record<string, unknown>;
  /** Whether a record has its fields that are null. */
  readonly keepsNulls: boolean;
  finishMap(entries: Map<string, unknown>): unknown;
}

/** For values and schemas that anyone may have written: objects without prototype, and `Map`s. */
export const FOREIGN: KeepingStyle = {
  newRecord: () => Object.create(null),
  keepsNulls: true,
  finishMap: (entries) => entries,
};

/** Makes keepers for the types of one schema. What they keep is bounded by the cursor's budget. */
export class Keepers {
  readonly #made = new Map<avro.Type, Keeper>();
  readonly #style: KeepingStyle;

  constructor(style: KeepingStyle) {
    this.#style = style;
  }

  of(type: avro.Type): Keeper {
    let keeper = this.#made.get(type);
    if (!keeper) {
      keeper = this.#make(type, nodeOf(type));
      this.#made.set(type, keeper);
    }
    return keeper;
  }

  #make(type: avro.Type, node: AvroNode): Keeper {
    switch (node.kind) {
      case 'record':
        return this.#record(type, node.fields);
      case 'union':
        return this.#union(node.branches);
      case 'array':
        return keepItems(node.items, this.of(node.items));
      case 'map':
        return keepEntries(this.of(node.values), this.#style);
      case 'logical':
        return this.#logical(node);
      case 'fixed':
        return (cursor) => cursor.bytes(node.size);
      case 'enum':
        return (cursor) => symbolAt(node.symbols, cursor.number());
      default:
        return SCALARS[node.kind];
    }
  }

  #record(type: avro.Type, fields: readonly { readonly name: string; readonly type: avro.Type }[]): Keeper {
    const steps: { name: string; keep: Keeper }[] = [];
    const { newRecord, keepsNulls } = this.#style;
    const keeper: Keeper = (cursor) => {
      cursor.spend(1);
      cursor.enter();
      const value = newRecord();
      for (const { name, keep } of steps) {
        const part = keep(cursor);
        if (part !== null || keepsNulls) value[name] = part;
      }
      cursor.leave();
      return value;
    };
    this.#made.set(type, keeper);
    for (const field of fields) steps.push({ name: field.name, keep: this.of(field.type) });
    return keeper;
  }

  #union(branches: readonly avro.Type[]): Keeper {
    const keepers = branches.map((branch) => this.of(branch));
    return (cursor) => branchOf(keepers, cursor)(cursor);
  }

  #logical({ name, scale, underlying }: Extract<AvroNode, { kind: 'logical' }>): Keeper {
    const keep = this.of(underlying);
    return (cursor) => convertLogical(name, scale, keep(cursor));
  }
}

const SCALARS: Record<'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string', Keeper> =
  {
    null: () => null,
    boolean: (cursor) => cursor.boolean(),
    int: (cursor) => cursor.long(),
    long: (cursor) => cursor.long(),
    float: (cursor) => cursor.float(),
    double: (cursor) => cursor.double(),
    bytes: (cursor) => cursor.bytes(cursor.length()),
    string: (cursor) => cursor.text(),
  };

function symbolAt(symbols: readonly string[], index: number): string {
  const symbol = symbols[index];
  if (symbol === undefined) throw new Malformed('an enum has no such symbol');
  return symbol;
}

function keepItems(items: avro.Type, keep: Keeper): Keeper {
  const empty = takesNoBytes(items);
  return (cursor) => {
    const list: unknown[] = [];
    for (let count = nextBlock(cursor); count > 0; count = nextBlock(cursor)) {
      if (!empty) refuseBeyondEnd(count, cursor);
      cursor.spend(count);
      for (let i = 0; i < count; i++) list.push(keep(cursor));
    }
    return list;
  };
}

function keepEntries(keep: Keeper, style: KeepingStyle): Keeper {
  return (cursor) => {
    const entries = new Map<string, unknown>();
    for (let count = nextBlock(cursor); count > 0; count = nextBlock(cursor)) {
      refuseBeyondEnd(count, cursor);
      cursor.spend(count);
      for (let i = 0; i < count; i++) entries.set(cursor.text(), keep(cursor));
    }
    return style.finishMap(entries);
  };
}
