import type avro from 'avsc';
import { type AvroNode, nodeOf, takesNoBytes } from './avro-tree.ts';
import type { ByteCursor } from './byte-cursor.ts';
import { Malformed } from './unreadable.ts';

/** Passes over one value, checking every length on the way. */
export type Skipper = (cursor: ByteCursor) => void;

const nothing: Skipper = () => {};

/**
 * Makes skippers for the types of one schema. The time they take is bounded by the bytes there are: an item of at least
 * one byte is never claimed beyond the end, and of items without bytes none is visited.
 */
export class Skippers {
  readonly #made = new Map<avro.Type, Skipper>();

  of(type: avro.Type): Skipper {
    let skipper = this.#made.get(type);
    if (!skipper) {
      skipper = takesNoBytes(type) ? nothing : this.#make(type, nodeOf(type));
      this.#made.set(type, skipper);
    }
    return skipper;
  }

  #make(type: avro.Type, node: AvroNode): Skipper {
    switch (node.kind) {
      case 'record':
        return this.#record(type, node.fields);
      case 'union':
        return this.#union(node.branches);
      case 'array':
        return skipItems(node.items, this.of(node.items));
      case 'map':
        return skipEntries(this.of(node.values));
      case 'logical':
        return this.of(node.underlying);
      case 'fixed':
        return (cursor) => cursor.skip(node.size);
      default:
        return SCALARS[node.kind];
    }
  }

  #record(type: avro.Type, fields: readonly { readonly type: avro.Type }[]): Skipper {
    const steps: Skipper[] = [];
    const skipper: Skipper = (cursor) => {
      cursor.enter();
      for (const step of steps) step(cursor);
      cursor.leave();
    };
    this.#made.set(type, skipper);
    for (const field of fields) steps.push(this.of(field.type));
    return skipper;
  }

  #union(branches: readonly avro.Type[]): Skipper {
    const skippers = branches.map((branch) => this.of(branch));
    return (cursor) => branchOf(skippers, cursor)(cursor);
  }
}

/** What the union's index says is next. */
export function branchOf<T>(branches: readonly T[], cursor: ByteCursor): T {
  const branch = branches[cursor.number()];
  if (branch === undefined) throw new Malformed('a union has no such branch');
  return branch;
}

/** The number of items of the next block; 0 after the last. */
export function nextBlock(cursor: ByteCursor): number {
  const count = cursor.number();
  if (count >= 0) return count;
  cursor.skipLong();
  return -count;
}

/** Refuses items that cannot all be there, each taking at least a byte. */
export function refuseBeyondEnd(items: number, cursor: ByteCursor): void {
  if (items > cursor.remaining) throw new Malformed('a list or map claims more items than there are bytes');
}

const SCALARS: Record<
  'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string' | 'enum',
  Skipper
> = {
  null: nothing,
  boolean: (cursor) => cursor.skip(1),
  int: (cursor) => cursor.skipLong(),
  long: (cursor) => cursor.skipLong(),
  enum: (cursor) => cursor.skipLong(),
  float: (cursor) => cursor.skip(4),
  double: (cursor) => cursor.skip(8),
  bytes: (cursor) => cursor.skip(cursor.length()),
  string: (cursor) => cursor.skip(cursor.length()),
};

function skipItems(items: avro.Type, skip: Skipper): Skipper {
  const empty = takesNoBytes(items);
  return (cursor) => {
    for (let count = nextBlock(cursor); count > 0; count = nextBlock(cursor)) {
      if (empty) continue;
      refuseBeyondEnd(count, cursor);
      for (let i = 0; i < count; i++) skip(cursor);
    }
  };
}

function skipEntries(skip: Skipper): Skipper {
  return (cursor) => {
    for (let count = nextBlock(cursor); count > 0; count = nextBlock(cursor)) {
      refuseBeyondEnd(count, cursor);
      for (let i = 0; i < count; i++) {
        cursor.skip(cursor.length());
        skip(cursor);
      }
    }
  };
}
