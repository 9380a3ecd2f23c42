import type { Adoption, RebuildReport } from '../cli/abilities.ts';
import type { Config } from '../config/config.ts';
import { TactError } from '../kernel/errors.ts';
import type { TopicOffset } from '../model/record.ts';
import { type AdoptedShard, adoptShard as adopt, offsetsOf, plannedPosition } from '../shard/adopt.ts';
import { compareShard } from '../shard/compare.ts';
import { partitionKey } from '../shard/position.ts';
import { rebuildShard as rebuild } from '../shard/rebuild.ts';
import { readingChangelog, withAdapters } from './kafka-tools.ts';
import { allLayouts } from './status.ts';

/** Compares the shard in Redis with the fold of its changelog; with `replace`, puts that fold there first. */
export function rebuildShard(
  config: Config,
  shard: number,
  mode: 'compare' | 'replace',
): Promise<RebuildReport> {
  return withAdapters(config, async ({ log, store }) => {
    const read = readingChangelog(config, log, shard);
    if (mode === 'replace') await rebuild(store, shard, read, Date.now());
    return { shard, ...(await compareShard(store, shard, read)) };
  });
}

/** Lets a shard that lost its position go on where the operator says; what its changelog still knows stays as it is. */
export function adoptShard(
  config: Config,
  shard: number,
  adoption: Adoption,
): Promise<readonly TopicOffset[]> {
  return withAdapters(config, async ({ log }) => {
    const layout = (await allLayouts(config, log))[shard];
    if (!layout) throw new TactError('usage', `there is no shard ${shard}`);
    const inputs = [...layout.interactions, ...layout.outbound];
    const committed = new Map(
      (await log.groupOffsets(inputs)).map((each) => [partitionKey(each), each.offset]),
    );
    const bounds = await log.bounds(inputs);
    const ranges = bounds.map(({ start, end, ...place }) => ({ ...place, logStart: start, logEnd: end }));
    const lostOffset: AdoptedShard['lostOffset'] = (range) => {
      if (adoption.from === 'log-start') return range.logStart;
      return adoption.from === 'log-end' ? range.logEnd : committed.get(partitionKey(range));
    };
    const adopted = {
      layout,
      ranges,
      lostOffset,
      read: readingChangelog(config, log, shard),
      now: Date.now(),
    };
    const position = adoption.dryRun ? await plannedPosition(adopted) : await adopt(log, adopted);
    return offsetsOf(position, ranges);
  });
}
