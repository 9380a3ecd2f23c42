/** As the broker lists it beside fetched records: from `firstOffset` on, the producer's records are aborted. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** What the filter needs to know of a record batch. */
export interface BatchSpan {
  readonly lastOffset: number;
  readonly producerId: number;
  readonly transactional: boolean;
  /** What a control batch says; absent for a batch of records. */
  readonly marker?: 'commit' | 'abort' | 'other';
}

/**
 * Decides batch by batch, in offset order, whether its records were committed. The broker's list is in the order of the
 * end markers, so it is sorted by first offset; every range that begins up to the batch's end is entered; only an abort
 * marker of the same producer leaves it, since the same producer may commit further on. Control batches never come out.
 */
export function createAbortedFilter(aborted: readonly AbortedTransaction[]): (batch: BatchSpan) => boolean {
  const ahead = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  const aborting = new Set<number>();
  let next = 0;
  return (batch) => {
    for (let range = ahead[next]; range && range.firstOffset <= batch.lastOffset; range = ahead[++next]) {
      aborting.add(range.producerId);
    }
    if (batch.marker !== undefined) {
      if (batch.marker === 'abort') aborting.delete(batch.producerId);
      return false;
    }
    return !(batch.transactional && aborting.has(batch.producerId));
  };
}
