import { gather } from './gather.mjs';
import { judgeClock } from './judge/clock.mjs';
import { judgeForwarded } from './judge/forwarded.mjs';
import { judgeLimits } from './judge/limits.mjs';
import { judgeOptOuts } from './judge/opt-outs.mjs';
import { judgeOrder } from './judge/order.mjs';
import { judgeOutcomes } from './judge/outcomes.mjs';
import { judgeReroutes } from './judge/reroutes.mjs';
import { judgeStops } from './judge/stops.mjs';
import { judgeView } from './judge/view.mjs';

/**
 * @typedef {object} Report
 * @property {boolean} holds every judgement holds
 * @property {import('./judgement.mjs').Judgement[]} judgements
 * @property {number} abortedOutcomes
 */

/**
 * Judges what was gathered.
 * @param {import('./gather.mjs').Facts} facts
 * @param {import('./gather.mjs').Expectations} expected
 * @returns {Report}
 */
export function judge({ inputs, outcomes, rerouted, shards, abortedOutcomes }, expected) {
  const judgements = [
    judgeLimits(inputs, outcomes, expected.limits),
    judgeStops(inputs, outcomes, expected.limits),
    judgeOutcomes(inputs, outcomes),
    judgeReroutes(inputs, rerouted, shards.length),
    judgeView(shards),
    judgeOrder(inputs, outcomes),
    judgeForwarded(inputs, outcomes),
  ];
  if (expected.freshnessMs !== undefined)
    judgements.push(judgeOptOuts(inputs, outcomes, expected.freshnessMs));
  if (expected.clockMs !== undefined) judgements.push(judgeClock(outcomes, shards, expected.clockMs));
  return { holds: judgements.every(({ holds }) => holds), judgements, abortedOutcomes };
}

/**
 * Reads the topics and Redis, and judges. The governors must have stopped.
 * @param {{ kafka: string, redis: string }} addresses
 * @param {import('./gather.mjs').Expectations} expected
 */
export async function check(addresses, expected) {
  return judge(await gather(addresses, expected), expected);
}
