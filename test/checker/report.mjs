/**
 * The report as a table for people.
 * @param {import('./check.mjs').Report} report
 */
export function renderReport({ judgements, abortedOutcomes }) {
  const width = Math.max(...judgements.map(({ id }) => id.length));
  const lines = judgements.flatMap(({ id, promise, holds, violations, examples, counts }) => [
    `${holds ? 'green' : 'RED  '}  ${id.padEnd(width)}  ${promise}${holds ? '' : `: broken ${violations} times`}`,
    ...examples.map((example) => `       ${' '.repeat(width)}  - ${example}`),
    `       ${' '.repeat(width)}  ${Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(' · ')}`,
  ]);
  return [...lines, `aborted decisions seen at read_uncommitted: ${abortedOutcomes}`].join('\n');
}
