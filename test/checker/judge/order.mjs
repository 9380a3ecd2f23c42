import { Findings } from '../judgement.mjs';

/**
 * I6: a customer's cleared messages lie in one partition, and those of one source partition in the order of their source;
 * one that waited comes later than what was cleared at once.
 * @param {import('../facts.mjs').Input[]} inputs
 * @param {import('../facts.mjs').Outcome[]} outcomes in the order of their offsets within each partition
 */
export function judgeOrder(inputs, outcomes) {
  const findings = new Findings();
  const bySource = new Map(inputs.map((input) => [input.source, input]));
  const last = new Map();
  const home = new Map();
  for (const { outlet, topic, partition, source, waited } of outcomes) {
    const input = bySource.get(source ?? '');
    if (outlet !== 'cleared' || !input) continue;
    const place = `${topic}/${partition}`;
    const customer = `${topic} ${input.customer}`;
    if ((home.get(customer) ?? place) !== place)
      findings.violated(`${input.customer} is in ${place} and ${home.get(customer)}`);
    home.set(customer, place);
    if (waited) {
      findings.count('after a wait');
      continue;
    }
    const stream = `${customer} ${input.from}`;
    const before = last.get(stream) ?? -1;
    if (input.offset < before)
      findings.violated(`${input.source} came after offset ${before} of the same customer`);
    last.set(stream, input.offset);
    findings.count('cleared');
  }
  findings.count('customers', home.size);
  findings.count('customer and source partition', last.size);
  return findings.judgement('order', "a customer's order is kept, in one partition");
}
