import type { Instant } from '../../kernel/time.ts';
import { SECOND } from '../../kernel/time.ts';
import type { ProcessStatus, ShardStatus, StatusReport } from '../abilities.ts';
import { formatCount, formatNoun, formatWait } from './number.ts';
import { renderStops } from './stops.ts';
import type { Style } from './style.ts';
import { plain } from './style.ts';
import { renderTable } from './table.ts';
import { formatAgo } from './time.ts';

/** Shards, processes and warnings as lines. */
export function renderStatus(
  report: StatusReport,
  warnings: readonly string[],
  now: Instant,
  style: Style,
): string[] {
  return [
    ...renderShards(report.shards, now, style),
    ...renderWaiting(report.shards),
    '',
    ...renderProcesses(report.processes, report.shards, now, style),
    ...(report.control && report.control.stops.length > 0
      ? ['', ...renderStops(report.control, now, style)]
      : []),
    ...(warnings.length > 0 ? ['', ...warnings.map((warning) => style.warn(`! ${warning}`))] : []),
  ];
}

/** How many messages wait in all shards; nothing where none does. */
function renderWaiting(shards: readonly ShardStatus[]): string[] {
  const waiting = shards.reduce((sum, shard) => sum + (shard.waiting ?? 0), 0);
  if (waiting === 0) return [];
  return ['', `${formatNoun(waiting, 'message')} deferred; tact customer show names a customer’s.`];
}

/** One row per shard. */
export function renderShards(shards: readonly ShardStatus[], now: Instant, style: Style): string[] {
  return renderTable(
    [
      { title: 'shard', align: 'right' },
      { title: 'state' },
      { title: 'since' },
      { title: 'owner' },
      { title: 'lag', align: 'right' },
      { title: 'behind', align: 'right' },
      { title: 'waiting', align: 'right' },
      { title: 'overdue', align: 'right' },
      { title: 'watermark', align: 'right' },
    ],
    shards.map((shard) => [
      String(shard.shard),
      stateCell(shard, style),
      shard.since === undefined ? '' : formatAgo(shard.since, now),
      shard.owner === undefined ? style.bad('nobody') : plain(shard.owner),
      shard.lagRecords === undefined ? '?' : formatCount(shard.lagRecords),
      shard.lagSeconds === undefined ? '?' : formatWait(shard.lagSeconds * SECOND),
      shard.waiting === undefined ? '?' : formatCount(shard.waiting),
      shard.overdueSeconds === undefined ? '?' : formatWait(shard.overdueSeconds * SECOND),
      shard.watermark === undefined ? '?' : String(shard.watermark),
    ]),
    style,
  );
}

function stateCell({ state, cause }: ShardStatus, style: Style): string {
  if (state === undefined) return style.bad('unknown');
  if (state === 'running') return style.good(state);
  const text = cause === undefined ? state : `${state} (${cause})`;
  return state === 'acquiring' ? style.warn(text) : style.bad(text);
}

function renderProcesses(
  processes: readonly ProcessStatus[],
  shards: readonly ShardStatus[],
  now: Instant,
  style: Style,
): string[] {
  if (processes.length === 0) return ['No process is running.'];
  return renderTable(
    [
      { title: 'process' },
      { title: 'host' },
      { title: 'policy' },
      { title: 'shards', align: 'right' },
      { title: 'seen' },
    ],
    processes.map(({ id, host, policy, seenAt }) => [
      plain(id),
      plain(host ?? ''),
      plain(policy ?? '?'),
      String(shards.filter(({ owner }) => owner === id).length),
      seenAt === undefined ? '' : formatAgo(seenAt, now),
    ]),
    style,
  );
}
