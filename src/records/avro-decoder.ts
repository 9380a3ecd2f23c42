import type avro from 'avsc';
import { FOREIGN, Keepers } from './avro-keeper.ts';
import { branchOf, nextBlock, refuseBeyondEnd, type Skipper, Skippers } from './avro-skipper.ts';
import { nodeOf } from './avro-tree.ts';
import { ByteCursor, type DecodeBudget } from './byte-cursor.ts';
import { type FieldPath, gather, type PathTree, pathTree, pick } from './field-path.ts';
import { Malformed } from './unreadable.ts';

/** Reads the value that begins at an offset and ends with the buffer; the i-th answer is what the i-th path leads to. */
export type AvroDecoder = (bytes: Buffer, from: number) => unknown[];

/** Reads one value and puts what is wanted of it into the slots. */
type Visitor = (cursor: ByteCursor, slots: unknown[]) => void;

/**
 * Makes a decoder that keeps only what the paths lead to and passes over the rest. It throws `Malformed` and nothing else,
 * within time and memory bounded by the length of the bytes and the budget, whatever the bytes are.
 */
export function createAvroDecoder(
  type: avro.Type,
  paths: readonly FieldPath[],
  budget: DecodeBudget,
): AvroDecoder {
  const visit = new Visitors().of(type, pathTree(paths));
  return (bytes, from) => {
    const cursor = new ByteCursor(bytes, from, budget);
    const slots = new Array<unknown>(paths.length);
    visit(cursor, slots);
    if (cursor.remaining > 0) throw new Malformed('bytes follow the value');
    return slots;
  };
}

class Visitors {
  readonly #skippers = new Skippers();
  readonly #keepers = new Keepers(FOREIGN);

  of(type: avro.Type, tree: PathTree): Visitor {
    if (tree.slots.length > 0) return this.#whole(type, tree);
    if (tree.children.size === 0) return this.#skippers.of(type);
    const node = nodeOf(type);
    switch (node.kind) {
      case 'record':
        return this.#record(node.fields, tree);
      case 'union':
        return this.#union(node.branches, tree);
      case 'array':
        return this.#items(node.items, tree);
      case 'map':
        return this.#entries(node.values, tree);
      default:
        return this.#skippers.of(type);
    }
  }

  #whole(type: avro.Type, tree: PathTree): Visitor {
    const keep = this.#keepers.of(type);
    const [first, ...others] = tree.slots;
    if (first !== undefined && others.length === 0 && tree.children.size === 0) {
      return (cursor, slots) => {
        slots[first] = keep(cursor);
      };
    }
    return (cursor, slots) => pick(keep(cursor), tree, slots);
  }

  #record(fields: readonly { readonly name: string; readonly type: avro.Type }[], tree: PathTree): Visitor {
    const steps = fields.map(({ name, type }): Visitor => {
      const child = tree.children.get(name);
      return child ? this.of(type, child) : this.#skippers.of(type);
    });
    return (cursor, slots) => {
      cursor.enter();
      for (const step of steps) step(cursor, slots);
      cursor.leave();
    };
  }

  #union(branches: readonly avro.Type[], tree: PathTree): Visitor {
    const visitors = branches.map((branch) => this.of(branch, tree));
    return (cursor, slots) => branchOf(visitors, cursor)(cursor, slots);
  }

  #items(items: avro.Type, tree: PathTree): Visitor {
    const visit = this.of(items, tree);
    return (cursor, slots) => {
      for (let count = nextBlock(cursor); count > 0; count = nextBlock(cursor)) {
        cursor.spend(count);
        for (let i = 0; i < count; i++) gather(slots, (found) => visit(cursor, found));
      }
    };
  }

  #entries(values: avro.Type, tree: PathTree): Visitor {
    const skip: Skipper = this.#skippers.of(values);
    const visitors = new Map([...tree.children].map(([name, child]) => [name, this.of(values, child)]));
    return (cursor, slots) => {
      for (let count = nextBlock(cursor); count > 0; count = nextBlock(cursor)) {
        refuseBeyondEnd(count, cursor);
        for (let i = 0; i < count; i++) {
          const visit = visitors.get(cursor.text());
          if (visit) visit(cursor, slots);
          else skip(cursor);
        }
      }
    };
  }
}
