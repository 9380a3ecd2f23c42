import { Findings } from '../judgement.mjs';

/**
 * A limit as the load means it; written down by hand, never read from a policy.
 * @typedef {object} Limit
 * @property {string} id
 * @property {number} limit
 * @property {number} windowMs a rolling window `(t - windowMs, t]`; a gap of the same length is a limit of 1
 * @property {Record<string, string>} [where] labels that a message must carry to count; absent = every message
 * @property {string[]} [per] labels by which the customer's budget is split
 * @property {string} [rule] the rule of the policy that means it; only with it is judged what the rule stopped
 */

const RETURNS = new Set(['bounced', 'failed', 'expired']);

/**
 * I1: no customer had more cleared messages in any window than a limit allows. A cleared message that bounced may have
 * given its slot back; when it did is not to be seen from outside, so a window may hold as many more as it has bounced ones.
 * @param {import('../facts.mjs').Input[]} inputs
 * @param {import('../facts.mjs').Outcome[]} outcomes
 * @param {Limit[]} limits
 */
export function judgeLimits(inputs, outcomes, limits) {
  const findings = new Findings();
  const bySource = new Map(inputs.map((input) => [input.source, input]));
  const returned = returnedMessages(inputs);
  const sends = [];
  for (const outcome of outcomes) {
    if (outcome.outlet !== 'cleared') continue;
    const input = bySource.get(outcome.source ?? '');
    if (!input) continue; // judgeOutcomes reports it
    if (!(outcome.decidedAt > 0)) findings.violated(`${input.source} was cleared at no instant`);
    else sends.push({ input, at: outcome.decidedAt, returned: returned.has(messageOf(input)) });
  }
  findings.count('sends', sends.length);
  findings.count('returned', sends.filter((send) => send.returned).length);
  for (const limit of limits) {
    for (const [budget, own] of group(sends, limit)) judgeBudget(findings, limit, budget, own);
  }
  return findings.judgement('limits', 'no customer is over a limit in any window');
}

function judgeBudget(findings, { id, limit, windowMs }, budget, sends) {
  sends.sort((one, other) => one.at - other.at);
  let from = 0;
  let reached = false;
  for (let i = 0; i < sends.length; i++) {
    const { at } = sends[i];
    if (sends[i + 1]?.at === at) continue; // a window ends after everything of its instant
    while (sends[from].at <= at - windowMs) from += 1;
    const window = sends.slice(from, i + 1);
    const allowed = limit + window.filter((send) => send.returned).length;
    reached ||= window.length >= limit;
    if (window.length > allowed) {
      const when = new Date(at).toISOString();
      findings.violated(
        `${id}: ${budget} had ${window.length} of ${allowed} in ${windowMs} ms up to ${when}`,
      );
    }
  }
  findings.count(`${id}: budgets`);
  if (reached) findings.count(`${id}: at the limit`);
}

/** How many of the instants lie in the window that ends at `at`. */
export function inWindow(times, at, windowMs) {
  return times.filter((time) => time > at - windowMs && time <= at).length;
}

/** Whose budget of the limit a message draws on; undefined: it does not count there. */
export function budgetOf({ customer, labels }, { where = {}, per = [] }) {
  if (!Object.entries(where).every(([name, value]) => labels[name] === value)) return undefined;
  return [customer, ...per.map((name) => labels[name] ?? '')].join(' ');
}

function group(sends, limit) {
  const budgets = new Map();
  for (const send of sends) {
    const budget = budgetOf(send.input, limit);
    if (budget === undefined) continue;
    const own = budgets.get(budget);
    if (own) own.push(send);
    else budgets.set(budget, [send]);
  }
  return budgets;
}

function returnedMessages(inputs) {
  const returned = new Set();
  for (const { kind, customer, labels } of inputs) {
    if (kind === 'interaction' && RETURNS.has(labels.type)) returned.add(`${customer} ${labels.answers}`);
  }
  return returned;
}

function messageOf(input) {
  return `${input.customer} ${input.labels.message ?? input.source}`;
}
