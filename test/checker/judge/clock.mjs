import { Findings } from '../judgement.mjs';

/**
 * The instants that decisions bear are the broker's, give or take `clockMs`: those of a shard's turns, as its position records
 * tell them, lie so near to the time of their append, and never go back; and every decision is of one of them. The changelog
 * must bear the time of append.
 * @param {import('../facts.mjs').Outcome[]} outcomes
 * @param {import('./view.mjs').ShardFacts[]} shards
 * @param {number} clockMs
 */
export function judgeClock(outcomes, shards, clockMs) {
  const findings = new Findings();
  const turns = new Set();
  for (const shard of shards) {
    let last = Number.NEGATIVE_INFINITY;
    for (const { offset, now, timestamp } of positionsOf(shard)) {
      const place = `shard ${shard.shard}, ${offset}`;
      findings.count('turns');
      if (Math.abs(now - timestamp) > clockMs)
        findings.violated(`${place}: ${now - timestamp} ms off the broker's clock`);
      if (now < last) findings.violated(`${place}: goes back by ${last - now} ms`);
      last = now;
      turns.add(now);
    }
  }
  for (const { topic, partition, offset, decidedAt } of outcomes) {
    if (decidedAt === undefined) continue;
    findings.count('decisions');
    if (!turns.has(decidedAt))
      findings.violated(`${topic}/${partition}/${offset} was decided at ${decidedAt}, in no turn`);
  }
  return findings.judgement('clock', `decisions are of the broker's time, give or take ${clockMs} ms`);
}

function positionsOf({ changelog }) {
  return changelog
    .filter(({ key, value }) => String(key) === 'position' && value !== null)
    .map(({ offset, timestamp, value }) => ({ offset, timestamp, now: JSON.parse(value.toString()).now }));
}
