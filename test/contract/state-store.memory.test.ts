import { MemoryStateStore } from '../../src/memory/memory-state-store.ts';
import { stateStoreContract } from './state-store-contract.ts';

stateStoreContract('in memory', async () => {
  const store = new MemoryStateStore();
  return {
    store,
    other: store,
    loseIndex: async (shard) => store.loseIndex(shard),
    close: () => store.close(),
  };
});
