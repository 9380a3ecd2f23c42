import type { MemoryLog } from '../../src/memory/memory-log.ts';
import type { Log, Transaction } from '../../src/shard/log.ts';
import type { StateStore } from '../../src/shard/state-store.ts';

/** The same store, to be spread and changed. */
export function delegate(store: StateStore): StateStore {
  return {
    load: (shard, fields) => store.load(shard, fields),
    apply: (shard, change) => store.apply(shard, change),
    due: (shard, question) => store.due(shard, question),
    view: (shard) => store.view(shard),
    clear: (shard) => store.clear(shard),
    entries: (shard) => store.entries(shard),
    close: () => store.close(),
  };
}

/** The same log, to be spread and changed. */
export function delegateLog(log: MemoryLog): Log {
  return {
    partitionCounts: (topics) => log.partitionCounts(topics),
    join: (owner) => log.join(owner),
    leave: () => log.leave(),
    confirmMembership: (signal) => log.confirmMembership(signal),
    fetch: (targets, options) => log.fetch(targets, options),
    openProducer: (shard) => log.openProducer(shard),
    groupOffsets: (places) => log.groupOffsets(places),
    saveGroupOffsets: (offsets) => log.saveGroupOffsets(offsets),
  };
}

/** The log with something put between a shard and its transactions. */
export function overTransactions(log: MemoryLog, over: (transaction: Transaction) => Transaction): Log {
  return {
    ...delegateLog(log),
    openProducer: async (shard) => {
      const producer = await log.openProducer(shard);
      return { close: () => producer.close(), begin: async () => over(await producer.begin()) };
    },
  };
}
