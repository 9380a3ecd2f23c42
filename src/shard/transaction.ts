import { TactError } from '../kernel/errors.ts';
import type { ShardDeps } from './deps.ts';
import type { Transaction } from './log.ts';
import type { Outputs } from './outputs.ts';
import type { OwnedShard } from './owned-shard.ts';
import { partitionKey } from './position.ts';

/**
 * Writes the outputs in one transaction. Returns the next watermark: the changelog offset after the last one written.
 * Whatever it throws, the producer must not be used again.
 */
export async function commit(deps: ShardDeps, owned: OwnedShard, outputs: Outputs): Promise<number> {
  const started = deps.monotonic();
  const { shard } = owned.layout;
  try {
    const transaction = await owned.producer.begin();
    const next = await send(owned, outputs, transaction, deps.settings.requestBytesMax);
    await transaction.commit();
    deps.observer.transaction(shard, 'committed', deps.monotonic() - started);
    return next;
  } catch (error) {
    deps.observer.transaction(shard, resultOf(error), deps.monotonic() - started);
    throw error;
  }
}

async function send(
  owned: OwnedShard,
  outputs: Outputs,
  transaction: Transaction,
  bytesMax: number,
): Promise<number> {
  const changelog = partitionKey(owned.layout.changelog);
  let next = -1;
  for (const request of outputs.requests(bytesMax)) {
    const offsets = await transaction.send(request);
    request.forEach((slice, i) => {
      if (partitionKey(slice) === changelog) next = (offsets[i] as number) + slice.records.length;
    });
  }
  if (next < 0) throw new Error('invariant broken: every transaction writes to the changelog');
  return next;
}

function resultOf(error: unknown): 'aborted' | 'ambiguous' | 'fenced' {
  if (error instanceof TactError && error.code === 'commit-ambiguous') return 'ambiguous';
  if (error instanceof TactError && error.code === 'producer-fenced') return 'fenced';
  return 'aborted';
}
