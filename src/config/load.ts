import { readFileSync } from 'node:fs';
import { completeConfig } from './complete.ts';
import type { Config } from './config.ts';
import { checkAcross } from './cross-rules.ts';
import { type Environment, FILE_VARIABLE, type Override, readEnvironment } from './environment.ts';
import { namedFiles, type ReadFile } from './files.ts';
import { deepFreeze } from './freeze.ts';
import { type Refusal, refusalsOf } from './issues.ts';
import { mergeSources } from './merge.ts';
import { inOrder, isOverridden, placeRefusal } from './placement.ts';
import type { ConfigProblem } from './problem.ts';
import { configSchema, type ParsedConfig } from './schema.ts';
import { type ConfigSource, readSource } from './source.ts';
import { warningsOf } from './warnings.ts';

export interface LoadOptions {
  /** The file to read; absent: the variable TACT_CONFIG, else `tact.yaml` if there is one. A named file must exist. */
  readonly file?: string | undefined;
  /** Absent: the environment of the process. */
  readonly env?: Environment;
  /** Absent: reads from the disk. Throws with `code` `ENOENT` when there is no such file. */
  readonly readFile?: ReadFile;
  /** False for commands that never name a customer: the key may then be missing. Absent: true. */
  readonly needsCustomerKey?: boolean;
}

export type LoadedConfig =
  | {
      readonly ok: true;
      readonly config: Config;
      /** The file that was read; absent when there was none. */
      readonly file?: string;
      readonly warnings: readonly ConfigProblem[];
    }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** Reads file and environment once; gives the whole configuration, or every problem it has. Never throws. */
export function loadConfig(options: LoadOptions = {}): LoadedConfig {
  const env = options.env ?? process.env;
  const readFile = options.readFile ?? ((path: string) => readFileSync(path, 'utf8'));
  const { overrides, problems } = readEnvironment(env);
  const source = readSource(options.file ?? (env[FILE_VARIABLE] || undefined), readFile);
  if (!source.ok) return { ok: false, problems: [...source.problems, ...problems] };
  const judged = judge(source, overrides, readFile, options.needsCustomerKey ?? true);
  const all = inOrder([...judged.problems, ...problems]);
  if (judged.config === undefined || all.some(({ level }) => level === 'error'))
    return { ok: false, problems: all };
  return {
    ok: true,
    config: deepFreeze(judged.config),
    warnings: all,
    ...(source.file === undefined ? {} : { file: source.file }),
  };
}

function judge(
  source: ConfigSource,
  overrides: readonly Override[],
  readFile: ReadFile,
  needsCustomerKey: boolean,
): { config?: Config; problems: ConfigProblem[] } {
  const { settled, refusals } = parse(mergeSources(source.document?.value ?? {}, overrides));
  const files = namedFiles({
    readFile,
    configFile: source.file,
    isOverridden: (path) => isOverridden(path, overrides),
  });
  const completed = completeConfig(
    settled,
    { needsCustomerKey, withoutFile: source.file === undefined },
    files,
  );
  const place = (refusal: Refusal) => placeRefusal(refusal, source, overrides);
  const problems = [...refusals, ...checkAcross(settled), ...completed.refusals].map(place);
  const { config } = completed;
  if (config === undefined || problems.length > 0) return { problems };
  const warnings = warningsOf(config, needsCustomerKey && completed.developmentKey);
  return { config, problems: warnings.map((warning) => ({ ...place(warning), level: 'warning' })) };
}

/**
 * The sections that are right, and everything that is wrong with the others. Unknown keys are told and taken out first: one
 * misspelt name would hide what else is wrong in its section.
 */
function parse(raw: Record<string, unknown>): { settled: Partial<ParsedConfig>; refusals: Refusal[] } {
  const first = configSchema.safeParse(raw);
  const unknown = first.success
    ? []
    : refusalsOf(first.error.issues, raw).filter(({ unknownKey }) => unknownKey);
  const known = unknown.reduce((rest, { path }) => withoutKey(rest, path), raw);
  const second = configSchema.safeParse(known);
  const refusals = second.success ? unknown : [...unknown, ...refusalsOf(second.error.issues, known)];
  const settled: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(configSchema.shape)) {
    const section = schema.safeParse(known[name]);
    if (section.success) settled[name] = section.data;
  }
  return { settled, refusals };
}

function withoutKey<T>(value: T, path: readonly PropertyKey[]): T {
  const [key, ...rest] = path;
  if (key === undefined || typeof value !== 'object' || value === null) return value;
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<PropertyKey, unknown>;
  if (rest.length === 0) delete copy[key];
  else copy[key] = withoutKey(copy[key], rest);
  return copy as T;
}
