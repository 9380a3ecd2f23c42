import { Findings } from '../judgement.mjs';

const OURS = /^tact-/i;

/**
 * A cleared record has the key, the value, the timestamp and the headers of its source, byte for byte and in order, beside
 * the `tact-*` headers.
 * @param {import('../facts.mjs').Input[]} inputs
 * @param {import('../facts.mjs').Outcome[]} outcomes
 */
export function judgeForwarded(inputs, outcomes) {
  const findings = new Findings();
  const bySource = new Map(inputs.map((input) => [input.source, input]));
  for (const outcome of outcomes) {
    const input = bySource.get(outcome.source ?? '');
    if (outcome.outlet !== 'cleared' || !input) continue;
    findings.count('compared');
    for (const part of differences(input, outcome))
      findings.violated(`${part} of ${input.source} was changed`);
  }
  return findings.judgement('forwarded', 'a cleared record is its source, byte for byte');
}

function differences(input, outcome) {
  const parts = [];
  if (!sameBytes(input.key, outcome.key)) parts.push('the key');
  if (!sameBytes(input.value, outcome.value)) parts.push('the value');
  if (input.timestamp !== outcome.timestamp) parts.push('the timestamp');
  const [own, copied] = [input.headers, outcome.headers].map((all) =>
    all.filter(({ name }) => !OURS.test(name)),
  );
  const same =
    own.length === copied.length &&
    own.every(({ name, value }, i) => name === copied[i].name && sameBytes(value, copied[i].value));
  if (!same) parts.push('a header');
  return parts;
}

function sameBytes(one, other) {
  return one === null || other === null ? one === other : one.equals(other);
}
