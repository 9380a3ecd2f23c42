import { REASONS } from '../../model/reason.ts';
import type { OutcomeCounts, Tally } from '../demo-tally.ts';
import { decidedCount } from '../demo-tally.ts';
import { formatCount, formatNoun, formatShare } from './number.ts';
import type { Style } from './style.ts';
import { plain } from './style.ts';
import { renderTable } from './table.ts';

/** What was cleared, and why the rest was not, as the lines of two tables. */
export function renderTally(tally: Tally, style: Style): string[] {
  return [
    style.bold('What was cleared'),
    ...renderPlatforms(tally, style),
    '',
    style.bold('Why the rest was not'),
    ...renderReasons(tally, style),
    ...renderWaiting(tally, style),
    ...renderDeadLetters(tally, style),
  ];
}

function renderPlatforms(tally: Tally, style: Style): string[] {
  const right = 'right' as const;
  const rows = [...tally.byPlatform]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([platform, channels]) =>
      [...channels]
        .sort(([, a], [, b]) => sum(b) - sum(a))
        .map(([channel, counts]) => platformRow(plain(platform), plain(channel), counts, style)),
    );
  return renderTable(
    [
      { title: 'platform' },
      { title: 'channel' },
      { title: 'asked', align: right },
      { title: 'cleared', align: right },
      { title: 'share', align: right },
      { title: 'suppressed', align: right },
      { title: 'waited first', align: right },
    ],
    [...rows, platformRow('all', '', tally.total, style)],
    style,
  );
}

function platformRow(platform: string, channel: string, counts: OutcomeCounts, style: Style): string[] {
  const asked = sum(counts);
  return [
    platform,
    channel,
    formatCount(asked),
    style.good(formatCount(counts.cleared)),
    formatShare(counts.cleared, asked),
    formatCount(counts.suppressed),
    formatCount(counts.waited),
  ];
}

function renderReasons(tally: Tally, style: Style): string[] {
  const blocked = [...tally.blocked.values()]
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  if (blocked.length === 0) return ['Nothing was stopped.'];
  return renderTable(
    [
      { title: 'messages', align: 'right' },
      { title: 'of all', align: 'right' },
      { title: 'reason' },
      { title: 'rule' },
      { title: 'in words' },
    ],
    blocked.map(({ reason, rule, count }) => [
      formatCount(count),
      formatShare(count, decidedCount(tally)),
      style.warn(reason),
      plain(rule ?? '–'),
      REASONS[reason].sentence,
    ]),
    style,
  );
}

/** What became of the messages that waited; nothing where none did. */
function renderWaiting({ total }: Tally, style: Style): string[] {
  const { waited, waitedAndCleared, deferred } = total;
  if (waited === 0) return [];
  const ends = [
    `${formatCount(waitedAndCleared)} of them went out then`,
    `${formatCount(waited - waitedAndCleared - deferred)} were stopped after all`,
    ...(deferred === 0 ? [] : [`${formatCount(deferred)} still waited at the end`]),
  ];
  return [
    '',
    `${style.warn(formatNoun(waited, 'message'))} did not go out at once and waited for a better time: ${ends.join(', ')}.`,
  ];
}

function renderDeadLetters(tally: Tally, style: Style): string[] {
  if (tally.deadLettered === 0) return [];
  const reasons = [...tally.deadLettersByReason]
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${formatCount(count)} ${reason}`);
  const noun = formatNoun(tally.deadLettered, 'record');
  return [
    '',
    `${style.warn(noun)} could not be read and went to the dead-letter topic: ${reasons.join(', ')}.`,
  ];
}

function sum({ cleared, suppressed, deferred }: OutcomeCounts): number {
  return cleared + suppressed + deferred;
}
