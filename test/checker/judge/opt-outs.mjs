import { Findings } from '../judgement.mjs';

/** What nothing in the load takes back. */
export const FINAL = new Set(['opted-out', 'erased']);

/**
 * I3: nothing is cleared for a customer whose opt-out, or erasure, reached the customer's own shard longer ago than
 * `freshnessMs`. Judged by those whose partition tells the shard (`load-home`), by the time of their append. Whichever way it
 * came: a message that its producer sent when every interaction had been taken (`load-after: opted-out`) is stopped, and for
 * that reason.
 * @param {import('../facts.mjs').Input[]} inputs
 * @param {import('../facts.mjs').Outcome[]} outcomes
 * @param {number} freshnessMs
 */
export function judgeOptOuts(inputs, outcomes, freshnessMs) {
  const findings = new Findings();
  const bySource = new Map(inputs.map((input) => [input.source, input]));
  const optedOutAt = homeOptOuts(inputs, findings);
  const placesByCustomer = placesOf(inputs);
  for (const outcome of outcomes) {
    const input = bySource.get(outcome.source ?? '');
    if (!input) continue; // judgeOutcomes reports it
    if (input.labels.after === 'opted-out')
      judgeAfter(findings, input, outcome, placesByCustomer.get(input.customer));
    const at = optedOutAt.get(input.customer);
    if (at === undefined) continue;
    findings.count(`${outcome.outlet} for them`);
    const late = (outcome.decidedAt ?? 0) - at;
    if (outcome.outlet === 'cleared' && late > freshnessMs)
      findings.violated(`${input.source} was cleared ${late} ms after an opt-out`);
  }
  return findings.judgement('opt-outs', `an opt-out is obeyed within ${freshnessMs} ms`);
}

/** The first of each customer that reached the customer's own shard at once. */
function homeOptOuts(inputs, findings) {
  const first = new Map();
  for (const { kind, customer, timestamp, labels } of inputs) {
    if (kind !== 'interaction' || !FINAL.has(labels.type) || labels.home !== 'yes') continue;
    findings.count(labels.type);
    first.set(customer, Math.min(timestamp, first.get(customer) ?? Number.POSITIVE_INFINITY));
  }
  return first;
}

/** Where each customer's opt-outs and erasures lie, in words. */
function placesOf(inputs) {
  const places = new Map();
  for (const { kind, customer, labels, source, timestamp } of inputs) {
    if (kind !== 'interaction' || !FINAL.has(labels.type)) continue;
    const own = places.get(customer) ?? [];
    places.set(customer, [...own, `${labels.type} at ${source} (${new Date(timestamp).toISOString()})`]);
  }
  return places;
}

function judgeAfter(findings, { source, customer }, { outlet, why }, places) {
  findings.count('after all had been taken');
  if (places === undefined) findings.violated(`${source}: the load says wrongly that ${customer} opted out`);
  else if (outlet !== 'suppressed' || why !== 'opted-out')
    findings.violated(`${source} was ${outlet} (${why}) though ${customer} had ${places.join(', ')}`);
}
