/** What must have been seen at least once, or the faults did not do what they are for. */
const MUST_BITE = [
  'kills',
  'stops',
  'emptied',
  'rolledBack',
  'waitingWhenEmptied',
  'waitingWhenRolledBack',
  'abortedDecisions',
  'fencedProducers',
  'watermarksBehind',
  'replayedRecords',
  'waits',
  'clearedWaits',
  'withdrawn',
];

/** The names of the faults that were not felt. */
export function voidFaults(bites) {
  return MUST_BITE.filter((name) => !(bites[name] > 0));
}
