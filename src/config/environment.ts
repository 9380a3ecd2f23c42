import { parse } from 'yaml';
import { formatPath } from '../kernel/path.ts';
import { suggest } from '../kernel/suggest.ts';
import { type Field, listFields } from './fields.ts';
import type { ConfigProblem } from './problem.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names the configuration file. */
export const FILE_VARIABLE = 'TACT_CONFIG';

/** A value from the environment, not checked yet. */
export interface Override {
  readonly field: Field;
  readonly value: unknown;
}

/** What Kubernetes puts into the environment for a service called `tact` or `tact-…`. */
const SERVICE_LINK = /_SERVICE_(HOST|PORT)(_\w+)?$|_PORT(_\d+_(TCP|UDP)(_\w+)?)?$/;
const SERVICE_LINK_VALUE = /^(tcp|udp):\/\//;
/** Belong to the local stack and to tests. */
const FOREIGN = /^TACT_(STACK|TEST)_/;

/** The overrides among the variables, and what is wrong with the others that begin with TACT_. Empty counts as not set. */
export function readEnvironment(env: Environment): { overrides: Override[]; problems: ConfigProblem[] } {
  const byVariable = new Map(listFields().map((field) => [field.variable, field]));
  const overrides: Override[] = [];
  const problems: ConfigProblem[] = [];
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith('TACT_') || text === undefined || text === '' || variable === FILE_VARIABLE)
      continue;
    const field = byVariable.get(variable);
    if (field === undefined) problems.push(...judgeUnknown(variable, text, byVariable.keys()));
    else if (SERVICE_LINK_VALUE.test(text)) problems.push(ignoredLink(field));
    else readValue(field, text, overrides, problems);
  }
  return { overrides, problems };
}

function readValue(field: Field, text: string, overrides: Override[], problems: ConfigProblem[]): void {
  try {
    overrides.push({ field, value: convert(field, text) });
  } catch {
    problems.push(problem('error', field.variable, 'is neither JSON nor YAML', formatPath(field.path)));
  }
}

/** Text that does not have the form of its type stays text, for the schema to refuse. */
function convert({ type }: Field, text: string): unknown {
  if (type === 'integer') return /^[+-]?\d{1,15}$/.test(text.trim()) ? Number(text) : text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (type === 'structure') return parse(text, { logLevel: 'error' });
  if (type === 'list') {
    return text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
  }
  return text;
}

function judgeUnknown(variable: string, text: string, known: Iterable<string>): ConfigProblem[] {
  if (SERVICE_LINK.test(variable) || SERVICE_LINK_VALUE.test(text) || FOREIGN.test(variable)) return [];
  const meant = suggest(variable, known);
  // A near miss was meant for us, and running without it could mean running without TLS; anything else is somebody else's.
  return meant === undefined
    ? [problem('warning', variable, 'is no variable of Tact and is ignored')]
    : [problem('error', variable, `is no variable of Tact: did you mean ${meant}?`)];
}

function ignoredLink(field: Field): ConfigProblem {
  const text = 'is ignored: it is a Kubernetes service link; set enableServiceLinks: false in the pod';
  return problem('warning', field.variable, text, formatPath(field.path));
}

function problem(level: ConfigProblem['level'], variable: string, message: string, path = ''): ConfigProblem {
  return { level, path, message, place: { kind: 'environment', variable } };
}
