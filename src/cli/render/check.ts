import type { Config } from '../../config/config.ts';
import type { ConfigProblem } from '../../config/problem.ts';
import type { Policy } from '../../decide/policy.ts';
import { formatProblem, formatProblemWithFrame } from '../../policy/format-problem.ts';
import type { Problem } from '../../policy/problem.ts';
import { formatNoun } from './number.ts';
import type { Style } from './style.ts';

export interface ConfigVerdict {
  readonly ok: boolean;
  readonly problems: readonly (ConfigProblem & { readonly text: string })[];
  /** Absent: everything comes from the environment and the defaults, or nothing could be read. */
  readonly file?: string | undefined;
  readonly config?: Config;
  readonly policyFile?: string;
}

export interface PolicyVerdict {
  readonly ok: boolean;
  readonly file?: string;
  readonly problems: readonly Problem[];
  /** The file's text, for the lines around a problem. */
  readonly text: string;
  readonly policy?: Policy;
  /** Why the file could not be read at all. */
  readonly unreadable?: string;
}

/** Every problem with its place, then a short summary of what is right. */
export function renderCheck(config: ConfigVerdict, policy: PolicyVerdict, style: Style): string[] {
  return [
    ...config.problems.map(({ text }) => text),
    ...(policy.unreadable === undefined ? [] : [`${policy.file}:1:1 error ${policy.unreadable}`]),
    ...policy.problems.map((problem) =>
      problem.severity === 'error' ? formatProblemWithFrame(problem, policy.text) : formatProblem(problem),
    ),
    configLine(config, style),
    ...policyLines(policy, style),
  ];
}

function configLine({ ok, config, file }: ConfigVerdict, style: Style): string {
  if (!ok || !config) return `${style.bad('✗')} configuration: has errors`;
  const inputs = config.inputs.map(({ topic, kind }) => `${topic} (${kind})`).join(', ');
  return `${style.good('✓')} configuration ${file ?? 'from environment and defaults'}: ${formatNoun(config.shards, 'shard')}, inputs ${inputs}`;
}

function policyLines({ ok, policy, file }: PolicyVerdict, style: Style): string[] {
  if (file === undefined)
    return [`${style.warn('–')} policy: not looked at, since the configuration would name it`];
  if (!ok || !policy) return [`${style.bad('✗')} policy ${file}: has errors`];
  const rules = policy.rules.map(({ id, kind }) => `${id} (${kind})`).join(', ');
  const mode = policy.enforce ? 'enforced' : 'observes only, everything clears';
  return [
    `${style.good('✓')} policy ${file}: ${policy.name}@${policy.digest}, ${mode}`,
    `  ${formatNoun(policy.rules.length, 'rule')}${rules === '' ? '' : `: ${rules}`}`,
  ];
}

/** The same as one value. */
export function checkJson(config: ConfigVerdict, policy: PolicyVerdict) {
  return {
    ok: config.ok && policy.ok,
    configuration: {
      ok: config.ok,
      file: config.file,
      shards: config.config?.shards,
      inputs: config.config?.inputs.map(({ topic, kind }) => ({ topic, kind })),
      problems: config.problems.map(({ text: _text, ...problem }) => problem),
    },
    policy: {
      ok: policy.ok,
      file: policy.file,
      name: policy.policy?.name,
      digest: policy.policy?.digest,
      enforce: policy.policy?.enforce,
      rules: policy.policy?.rules.map(({ id, kind }) => ({ id, kind })),
      unreadable: policy.unreadable,
      problems: policy.problems,
    },
  };
}
