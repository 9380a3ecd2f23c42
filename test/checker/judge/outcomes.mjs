import { Findings } from '../judgement.mjs';

/** What becomes of each kind of input. An interaction leaves no trace on the outputs. */
const OUTLETS = { message: ['cleared', 'suppressed'], unreadable: ['dead-letter'], interaction: [] };

/**
 * I2: every input record has exactly one outcome, at the outlet of its kind, by the `tact-source` header.
 * @param {import('../facts.mjs').Input[]} inputs committed ones
 * @param {import('../facts.mjs').Outcome[]} outcomes
 */
export function judgeOutcomes(inputs, outcomes) {
  const findings = new Findings();
  const outletsBySource = new Map(inputs.map(({ source }) => [source, []]));
  for (const { outlet, source, topic, partition, offset } of outcomes) {
    const outlets = outletsBySource.get(source ?? '');
    if (outlets) outlets.push(outlet);
    else
      findings.violated(`unknown: ${topic}/${partition}/${offset} says it came from ${source ?? 'nowhere'}`);
    findings.count(outlet);
  }
  for (const { source, kind } of inputs) {
    findings.count(kind);
    const problem = problemOf(kind, outletsBySource.get(source) ?? []);
    if (problem) findings.violated(`${problem}: ${source} (${kind})`);
  }
  return findings.judgement('outcomes', 'every input has exactly one outcome');
}

function problemOf(kind, outlets) {
  const wanted = OUTLETS[kind];
  if (!wanted) return 'not labelled by the load';
  const due = wanted.length === 0 ? 0 : 1;
  if (outlets.length < due) return 'missing';
  if (outlets.length > due)
    return due === 0 ? `has an outcome (${outlets})` : `decided ${outlets.length} times (${outlets})`;
  return outlets.every((outlet) => wanted.includes(outlet)) ? undefined : `at the wrong outlet (${outlets})`;
}
