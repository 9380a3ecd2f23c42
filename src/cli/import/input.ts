import type { Config } from '../../config/config.ts';
import { TactError } from '../../kernel/errors.ts';
import type { Input } from '../../records/input.ts';
import type { ImportKind } from './words.ts';

/**
 * The input that imported interactions go in by: one that takes our own fields as JSON, and for past sends one whose
 * source is not governed, since only there they take a slot. Throws `invalid-config` with the line that is missing.
 */
export function importInput(kind: ImportKind, topic: string | undefined, { inputs }: Config): Input {
  const interactions = inputs.filter((input) => input.kind === 'interaction');
  if (topic !== undefined) return namedInput(kind, topic, interactions);
  const fitting = interactions.filter((input) => unfit(kind, input) === undefined);
  // Where there is a choice, facts about customers go where governed sources report them.
  const [input] = fitting.toSorted((one, other) => Number(other.governed) - Number(one.governed));
  if (input) return input;
  const [first] = interactions;
  const why = first ? `${first.topic} ${unfit(kind, first)}` : 'there is none for interactions';
  throw new TactError(
    'invalid-config',
    `no input can take ${kind}: ${why}; ${lineToAdd(kind)}${othersToKeep(inputs)}`,
  );
}

/** A list of inputs that is written stands for all of it, the default ones too. */
function othersToKeep(inputs: readonly Input[]): string {
  const topics = inputs.map(({ topic }) => topic).join(', ');
  return topics === '' ? '' : `. The list has to name all inputs: keep ${topics} in it`;
}

function namedInput(kind: ImportKind, topic: string, inputs: readonly Input[]): Input {
  const input = inputs.find((each) => each.topic === topic);
  if (!input) {
    throw new TactError('invalid-config', `${topic} is no input for interactions; ${lineToAdd(kind, topic)}`);
  }
  const why = unfit(kind, input);
  if (why === undefined) return input;
  throw new TactError('invalid-config', `${topic} ${why}; ${lineToAdd(kind)}`);
}

/** Why the input cannot take these rows; undefined when it can. */
function unfit(kind: ImportKind, { map, format, governed }: Input): string | undefined {
  if (map !== undefined) return 'has a map of its own, and imported records have our field names';
  if (format !== undefined && format !== 'json') return `takes ${format}, and imported records are JSON`;
  if (kind === 'sends' && governed) return 'is governed, so past sends would take no slot there';
  return undefined;
}

function lineToAdd(kind: ImportKind, topic = 'customer.history.imported'): string {
  const governed = kind === 'sends' ? ', governed: false' : '';
  return `give imports an input of their own by adding to inputs of the configuration\n  - { topic: ${topic}, kind: interaction, format: json${governed} }\nthen tact topics create, and restart tact run`;
}
