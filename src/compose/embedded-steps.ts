import type { EmbeddedInput, EmbeddedRecord } from '../cli/abilities.ts';
import { type Duration, type Instant, MINUTE } from '../kernel/time.ts';

/** Messages are decided at one reading of the clock that are no further apart than this. */
const STEP: Duration = MINUTE;
/** Records that hold no message may come in one step, however far apart they are; so many at most. */
const STEP_RECORDS_MAX = 5_000;

export interface Step {
  /** When the first and the last of its records came. */
  readonly from: Instant;
  readonly at: Instant;
  readonly records: readonly EmbeddedRecord[];
}

/**
 * Records that are decided at one reading of the clock: within one step of each other, or without a message among them, and
 * never across the moment at which a waiting message is due. What answers a message comes in a later step than the message,
 * since interactions are folded first. `nextDueAt` is asked after each step.
 */
export function* stepsOf(
  records: Iterable<EmbeddedRecord>,
  inputs: readonly EmbeddedInput[],
  nextDueAt: () => Instant,
): Generator<Step> {
  const kinds = new Map(inputs.map(({ topic, kind }) => [topic, kind]));
  let step: EmbeddedRecord[] = [];
  const asked = new Set<string | null>();
  for (const record of records) {
    const isMessage = kinds.get(record.topic) === 'outbound';
    const first = step[0]?.at ?? record.at;
    const isLater = record.at - first >= STEP && (asked.size > 0 || isMessage);
    const isAnswer = !isMessage && asked.has(record.key);
    const isAcross = step.length > 0 && first < nextDueAt() && nextDueAt() <= record.at;
    if (isLater || isAnswer || isAcross || step.length >= STEP_RECORDS_MAX) {
      yield stepOf(step);
      step = [];
      asked.clear();
    }
    step.push(record);
    if (isMessage) asked.add(record.key);
  }
  if (step.length > 0) yield stepOf(step);
}

function stepOf(records: readonly EmbeddedRecord[]): Step {
  return { from: (records[0] as EmbeddedRecord).at, at: (records.at(-1) as EmbeddedRecord).at, records };
}
