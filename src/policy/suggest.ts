const DISTANCE_MAX = 2;

/** `did you mean email?` where one of the names is close enough; undefined otherwise. */
export function suggest(written: string, names: readonly string[]): string | undefined {
  const best = closest(written, names);
  return best === undefined ? undefined : `did you mean ${best}?`;
}

function closest(written: string, names: readonly string[]): string | undefined {
  if (written.length > 64) return undefined;
  const wanted = written.toLowerCase();
  let best: string | undefined;
  let least = Math.min(DISTANCE_MAX, Math.ceil(wanted.length / 3)) + 1;
  for (const name of names) {
    const apart = distance(wanted, name.toLowerCase());
    if (apart < least) {
      best = name;
      least = apart;
    }
  }
  return best;
}

/** How many letters to add, drop, change or swap with their neighbour. */
function distance(one: string, other: string): number {
  const width = other.length + 1;
  const rows: number[] = Array.from({ length: (one.length + 1) * width }, () => 0);
  const at = (i: number, j: number) => rows[i * width + j] as number;
  for (let i = 0; i <= one.length; i++) {
    for (let j = 0; j <= other.length; j++) {
      if (i === 0 || j === 0) {
        rows[i * width + j] = i + j;
        continue;
      }
      const same = one[i - 1] === other[j - 1];
      let least = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (swapped) least = Math.min(least, at(i - 2, j - 2) + 1);
      rows[i * width + j] = least;
    }
  }
  return at(one.length, other.length);
}
