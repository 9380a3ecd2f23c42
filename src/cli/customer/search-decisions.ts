import type { Config } from '../../config/config.ts';
import type { Abilities } from '../abilities.ts';
import { createProgress } from '../progress.ts';
import { formatCount } from '../render/number.ts';
import type { Terminal } from '../terminal.ts';
import { type DecisionSearch, type FoundDecisions, findDecisions } from './decision-search.ts';

/** Looks for decisions while the terminal shows how far it has come; the first signal ends it early. */
export async function searchDecisions(
  able: Abilities,
  config: Config,
  shard: number,
  planned: DecisionSearch,
  terminal: Terminal,
): Promise<FoundDecisions> {
  const show = createProgress(terminal);
  const found = await findDecisions(able, config, shard, planned, {
    signal: terminal.stopSignal(),
    progress: (read, left) =>
      show(() => `${planned.topic}: ${formatCount(read)} records read, ${formatCount(left)} offsets to go`),
  });
  terminal.progress('');
  return found;
}
