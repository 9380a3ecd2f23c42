import type { Instant } from '../../kernel/time.ts';
import { scopeText } from '../../model/scope.ts';
import type { Control } from '../../model/stop.ts';
import { plain, type Style } from './style.ts';
import { renderTable } from './table.ts';
import { formatAgo } from './time.ts';

const WHAT_BECOMES = { suppress: 'suppressed', hold: 'held' } as const;

/** What is stopped, one line each. */
export function renderStops({ stops }: Control, now: Instant, style: Style): string[] {
  if (stops.length === 0) return ['Nothing is stopped.'];
  return renderTable(
    [
      { title: 'stopped' },
      { title: 'messages are' },
      { title: 'since' },
      { title: 'by' },
      { title: 'because' },
    ],
    stops.map(({ scope, mode, at, by, because }) => [
      style.bad(plain(scopeText(scope))),
      WHAT_BECOMES[mode],
      formatAgo(at, now),
      plain(by ?? ''),
      plain(because ?? ''),
    ]),
    style,
  );
}
