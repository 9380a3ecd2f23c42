import type { Instant } from '../kernel/time.ts';
import type { CustomerState } from '../model/customer-state.ts';
import type { Finding } from '../model/decision.ts';
import { selects } from '../model/selector.ts';
import { evaluate, RULE_KINDS, type Rule, ruleFor } from '../rules/kinds.ts';
import type { Facts } from '../rules/rule-kind.ts';
import { tierOf } from '../rules/tiers/tier.ts';
import type { Asking } from './asking.ts';
import type { Classified } from './classify.ts';
import { objects } from './objection.ts';
import type { Policy, PolicyClass } from './policy.ts';
import { findStop } from './stops.ts';
import { findUnruled } from './unruled.ts';

/** What every rule finds about a message at one instant. */
export interface Evaluated {
  /** In the order of the policy: without any rule, the rules, the ceiling. */
  readonly findings: readonly Finding[];
  /** Undefined where the policy has no tiers, and of a customer who objects. */
  readonly tier: string | undefined;
}

/** Evaluates the whole policy; `state` holds nothing that is out of date at `now`. */
export function evaluateAll(
  policy: Policy,
  state: CustomerState,
  classified: Classified,
  { source, isFull, askedAt }: Pick<Asking, 'source' | 'isFull' | 'askedAt'>,
  now: Instant,
): Evaluated {
  const { timezone, channels, tiers, ceiling } = policy;
  const facts: Facts = { state, message: classified.message, source, now, timezone, channels };
  const isScored = !objects(state);
  const tier = tiers.length > 0 && isScored ? tierOf(tiers, facts) : undefined;
  const findings = findUnruled(classified, facts, isFull === true);
  const stopped = policy.control && findStop(policy.control, facts, askedAt ?? now);
  if (stopped !== undefined) findings.push(stopped);
  const rules = policy.rules.map((rule) => ruleFor(rule, tier));
  const obeyed = isScored ? rules : rules.filter(({ kind }) => !RULE_KINDS[kind].scores);
  addRuled(findings, obeyed, classified.class, facts);
  const highest = ceiling && evaluate(ruleFor(ceiling, tier), facts);
  if (highest !== undefined) findings.push(highest);
  return { findings, tier };
}

function addRuled(findings: Finding[], rules: readonly Rule[], given: PolicyClass, facts: Facts): void {
  const found = rules.map((rule) => (obeys(rule, given, facts) ? evaluate(rule, facts) : undefined));
  const replaced = replacedBy(rules, found);
  rules.forEach((rule, i) => {
    const finding = found[i];
    if (finding === undefined || replaced?.has(rule.id)) return;
    findings.push(asEnforced(rule, finding));
  });
}

function obeys(rule: Rule, given: PolicyClass, { message, state }: Facts): boolean {
  if (!selects(rule.for, message, state.attributes)) return false;
  const { exemption } = RULE_KINDS[rule.kind];
  return exemption === undefined || !given.exempt.includes(exemption);
}

function asEnforced(rule: Rule, finding: Finding): Finding {
  if (rule.mode === 'shadow') return { ...finding, shadow: true };
  return rule.onBlock.action === 'defer' && finding.verdict === 'blocks'
    ? { ...finding, onBlock: 'defer' }
    : finding;
}

/** The rules that give way to one that applies; a rule that gave way itself replaces none. Undefined: none does. */
function replacedBy(
  rules: readonly Rule[],
  found: readonly (Finding | undefined)[],
): ReadonlySet<string> | undefined {
  const replacing = rules.filter(
    ({ replaces, mode }, i) => replaces.length > 0 && mode === 'enforce' && found[i] !== undefined,
  );
  if (replacing.length === 0) return undefined;
  const gaveWay = (id: string): boolean =>
    replacing.some((rule) => rule.replaces.includes(id) && !gaveWay(rule.id));
  return new Set(replacing.flatMap(({ replaces }) => replaces).filter(gaveWay));
}
