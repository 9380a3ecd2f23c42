/**
 * The name that `written` was most likely meant to be, whatever the case: one letter away for up to three letters, two for
 * up to eleven, a quarter of them for more; undefined when none is so near.
 */
export function suggest(written: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = distanceMax(written.length) + 1;
  for (const name of names) {
    const distance = editDistance(written.toLowerCase(), name.toLowerCase(), least);
    if (distance < least) [best, least] = [name, distance];
  }
  return best;
}

function distanceMax(letters: number): number {
  return Math.max(Math.min(2, Math.ceil(letters / 3)), Math.floor(letters / 4));
}

/** How many letters must be added, removed, replaced or swapped with their neighbour; `limit` when it is that or more. */
function editDistance(one: string, other: string, limit: number): number {
  if (Math.abs(one.length - other.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
        cost = Math.min(cost, at(beforeLast, j - 2) + 1);
      }
      row.push(cost);
    }
    [beforeLast, last] = [last, row];
  }
  return Math.min(at(last, other.length), limit);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
