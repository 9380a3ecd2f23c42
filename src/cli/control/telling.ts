import type { Config } from '../../config/config.ts';
import type { Duration, Instant } from '../../kernel/time.ts';
import type { OutputRecord } from '../../model/record.ts';
import type { Control } from '../../model/stop.ts';
import type { Abilities, ProcessStatus } from '../abilities.ts';
import { waitFor } from '../wait.ts';

/** Between two looks at how many processes know of it. */
const LOOK: Duration = 100;

export interface Telling {
  readonly config: Config;
  readonly now: () => Instant;
  /** How long it may take until every process knows. */
  readonly patience: Duration;
  readonly signal: AbortSignal;
}

export interface Told {
  /** What is stopped now. */
  readonly control: Control;
  readonly processes: readonly ProcessStatus[];
  /** Processes that had not said by then that it is in force in them. */
  readonly missing: readonly ProcessStatus[];
  readonly took: Duration;
}

/** Appends the records to the control topic, and waits until every process that runs says that they are in force in it. */
export async function tellProcesses(
  { config, now, patience, signal }: Telling,
  records: readonly OutputRecord[],
  abilities: Abilities,
): Promise<Told> {
  const started = now();
  const sender = await abilities.openSender(config);
  try {
    await sender.send(records.map((record) => ({ ...record, topic: config.topics.control })));
  } finally {
    await sender.close();
  }
  const control = await abilities.readControl(config);
  for (;;) {
    const processes = await abilities.readProcesses(config);
    const missing = processes.filter(({ control: known = 0 }) => known < control.version);
    const took = now() - started;
    if (missing.length === 0 || took >= patience || signal.aborted)
      return { control, processes, missing, took };
    await waitFor(LOOK, signal);
  }
}
