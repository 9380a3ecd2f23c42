import { Findings } from '../judgement.mjs';
import { budgetOf, inWindow } from './limits.mjs';
import { FINAL } from './opt-outs.mjs';

/**
 * The other side of I1: nobody is stopped without cause. Whom an opt-out stopped has opted out, whom a missing consent stopped
 * has given none, and what a limit stopped met as many cleared messages in its window as the limit allows. Judged by the
 * decision that the suppressed topic tells, where it names the `rule` of a limit.
 * @param {import('../facts.mjs').Input[]} inputs
 * @param {import('../facts.mjs').Outcome[]} outcomes
 * @param {import('./limits.mjs').Limit[]} limits
 */
export function judgeStops(inputs, outcomes, limits) {
  const findings = new Findings();
  const bySource = new Map(inputs.map((input) => [input.source, input]));
  const final = new Set(inputs.filter(isFinal).map(({ customer }) => customer));
  const judged = limits.filter(({ rule, limit }) => rule !== undefined && limit > 0);
  const cleared = clearedTimes(bySource, outcomes, judged);
  for (const { outlet, source, value, decidedAt } of outcomes) {
    const input = bySource.get(source ?? '');
    if (outlet !== 'suppressed' || !input) continue;
    const { reason, rule } = JSON.parse(value.toString());
    findings.count(reason);
    const limit = judged.find((each) => each.rule === rule);
    const problem = limit
      ? roomLeft(limit, cleared.get(`${limit.id} ${budgetOf(input, limit)}`) ?? [], decidedAt)
      : withoutCause(reason, input, final.has(input.customer));
    if (problem) findings.violated(`${source} (${reason}): ${problem}`);
  }
  return findings.judgement('stops', 'nobody is stopped without cause');
}

function isFinal({ kind, labels }) {
  return kind === 'interaction' && FINAL.has(labels.type);
}

function withoutCause(reason, { customer, labels }, isOut) {
  if (isOut) return undefined;
  if (reason === 'opted-out') return `${customer} never opted out`;
  if (reason === 'no-consent' && labels.consent !== 'none') return `${customer} has given consent`;
  return undefined;
}

function roomLeft({ id, limit, windowMs }, times, at) {
  const met = inWindow(times, at, windowMs);
  return met < limit ? `${id} had ${met} of ${limit} at ${at}` : undefined;
}

/** When the messages of each budget of each limit were cleared. */
function clearedTimes(bySource, outcomes, limits) {
  const times = new Map();
  for (const { outlet, source, decidedAt } of outcomes) {
    const input = bySource.get(source ?? '');
    if (outlet !== 'cleared' || !input) continue;
    for (const limit of limits) {
      const budget = budgetOf(input, limit);
      if (budget === undefined) continue;
      const key = `${limit.id} ${budget}`;
      if (!times.has(key)) times.set(key, []);
      times.get(key).push(decidedAt);
    }
  }
  return times;
}
