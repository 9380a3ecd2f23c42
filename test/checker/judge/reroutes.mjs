import { Findings } from '../judgement.mjs';
import { homeOf } from '../wire/home.mjs';

/**
 * I2, on the way: what came in elsewhere than in its customer's shard was re-routed there, once; nothing else was. An
 * interaction leaves no other trace.
 * @param {import('../facts.mjs').Input[]} inputs committed ones
 * @param {import('../facts.mjs').Rerouted[]} rerouted everything on the re-routed topics
 * @param {number} shards
 */
export function judgeReroutes(inputs, rerouted, shards) {
  const findings = new Findings();
  const placesBySource = new Map(inputs.map(({ source }) => [source, []]));
  for (const { source, partition } of rerouted) {
    const places = placesBySource.get(source ?? '');
    if (places) places.push(partition);
    else findings.violated(`unknown: re-routed from ${source ?? 'nowhere'}`);
  }
  for (const input of inputs) {
    const wanted = wantedPlaces(input, shards);
    const places = placesBySource.get(input.source);
    if (wanted.length > 0) findings.count(input.kind);
    if (places.join() !== wanted.join())
      findings.violated(
        `${input.source} (${input.kind}) was re-routed to [${places}], its shard being [${wanted}]`,
      );
  }
  return findings.judgement('reroutes', "what came in elsewhere reached its customer's shard, once");
}

/** The shard that an input must be re-routed to; none for one that lies there, or that nobody can read or knows. */
function wantedPlaces({ from, kind, customer, labels }, shards) {
  if (kind === 'unreadable' || labels.unknown === 'yes') return [];
  const home = homeOf(customer, shards);
  return Number(from.slice(from.lastIndexOf('/') + 1)) % shards === home ? [] : [home];
}
