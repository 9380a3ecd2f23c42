import type { Policy } from '../../decide/policy.ts';
import { TactError } from '../../kernel/errors.ts';
import { suggest } from '../../kernel/suggest.ts';
import { type Scope, type ScopeField, scopeText } from '../../model/scope.ts';

/** What can be stopped by itself, and the option that names it. */
export const STOPPABLE = [
  'channel',
  'class',
  'sender',
  'campaign',
  'category',
] as const satisfies readonly ScopeField[];

export type ScopeOptions = { readonly [Field in (typeof STOPPABLE)[number]]?: readonly string[] } & {
  readonly everything?: boolean;
};

/** What the options name. Throws `usage` when they name nothing, or everything and something. */
export function scopeOf(options: ScopeOptions): Scope {
  const named = STOPPABLE.flatMap((field) => {
    const values = options[field] ?? [];
    return values.length === 0 ? [] : [[field, [...new Set(values)].sort()] as const];
  });
  if (options.everything && named.length > 0)
    throw new TactError(
      'usage',
      `--everything and ${scopeText(Object.fromEntries(named))} cannot both be meant`,
    );
  if (!options.everything && named.length === 0) {
    const names = STOPPABLE.map((field) => `--${field}`).join(', ');
    throw new TactError('usage', `say what is meant: --everything, or any of ${names}`);
  }
  return Object.fromEntries(named);
}

/** Throws `usage` for a channel or class that the policy does not know: a stop of it would stop nothing. */
export function checkNames({ channel = [], class: classes = [] }: Scope, policy: Policy): void {
  for (const name of channel) mustBe('channel', name, Object.keys(policy.channels));
  for (const name of classes) mustBe('class', name, Object.keys(policy.classes));
}

function mustBe(what: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  const meant = suggest(name, known);
  throw new TactError(
    'usage',
    `the policy has no ${what} "${name}"${meant === undefined ? '' : `; did you mean ${meant}?`} It has: ${known.join(', ')}`,
  );
}
