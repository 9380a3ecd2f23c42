/** The way to a field: names from the top of the value downwards. */
export type FieldPath = readonly string[];

/** What is wanted of a value: itself (`slots`), parts of it (`children`), or both. */
export interface PathTree {
  /** Places in the answer that this very value goes to. */
  readonly slots: number[];
  readonly children: Map<string, PathTree>;
}

/** The paths as one tree; slot i is the i-th path. */
export function pathTree(paths: readonly FieldPath[]): PathTree {
  const root: PathTree = { slots: [], children: new Map() };
  paths.forEach((path, slot) => {
    let node = root;
    for (const name of path) {
      let child = node.children.get(name);
      if (!child) {
        child = { slots: [], children: new Map() };
        node.children.set(name, child);
      }
      node = child;
    }
    node.slots.push(slot);
  });
  return root;
}

/**
 * Puts what the tree wants of a value that is already in memory into the slots. Only own properties, and entries
 * of maps, are followed; a path through a list gathers from all of its items.
 */
export function pick(value: unknown, tree: PathTree, slots: unknown[]): void {
  for (const slot of tree.slots) slots[slot] = value;
  if (tree.children.size === 0 || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    const below = { slots: [], children: tree.children };
    for (const item of value) gather(slots, (found) => pick(item, below, found));
    return;
  }
  for (const [name, child] of tree.children) {
    if (value instanceof Map) pick(value.get(name), child, slots);
    else if (Object.hasOwn(value, name)) pick((value as Record<string, unknown>)[name], child, slots);
  }
}

/** Appends what one item of a list finds to what the items before it found; lists are joined, nulls left out. */
export function gather(slots: unknown[], find: (found: unknown[]) => void): void {
  const found: unknown[] = [];
  find(found);
  found.forEach((part, slot) => {
    const list = Array.isArray(slots[slot]) ? slots[slot] : [];
    if (Array.isArray(part)) for (const item of part) list.push(item);
    else if (part !== undefined && part !== null) list.push(part);
    slots[slot] = list;
  });
}
