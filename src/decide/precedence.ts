import type { Waiting } from '../model/customer-state.ts';
import { parseCoordinates } from '../model/record.ts';

/** What the order of waiting messages depends on. */
export type Ranked = Pick<Waiting, 'classRank' | 'rank' | 'since' | 'source'>;

/** The order in which waiting messages that are due are decided: the higher class, the higher rank, the longer wait, the source. */
export function byPrecedence(one: Ranked, other: Ranked): number {
  return (
    other.classRank - one.classRank ||
    other.rank - one.rank ||
    one.since - other.since ||
    compareSources(one.source, other.source)
  );
}

/** By topic, then in the order of the log. */
function compareSources(one: string, other: string): number {
  const [a, b] = [parseCoordinates(one), parseCoordinates(other)];
  if (one === other) return 0;
  if (a === undefined || b === undefined || a.topic !== b.topic) return one < other ? -1 : 1;
  return a.partition - b.partition || a.offset - b.offset;
}
