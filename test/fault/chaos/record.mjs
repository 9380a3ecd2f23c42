/** The largest rate that would leave so many trials without a failure in one of twenty cases. */
const boundOf = (trials) => (trials === 0 ? '' : `${(100 * (1 - 0.05 ** (1 / trials))).toFixed(1)} %`);

/**
 * What runs showed, as a table that a README can take. The bound is that of 95 % for how often a fault breaks a promise, by the
 * times that it was felt alone and no judgement was red.
 * @typedef {Record<string, import('./tally.mjs').Count>} Counts
 * @param {readonly import('./faults.mjs').Fault[]} faults
 * @param {{ rounds: { commit: string, seed: number, lagMs: number, messages: number, violations: string[] }[], faults: Counts }} outcome
 */
export function renderTable(faults, { rounds, faults: counts }) {
  const head = [
    '| fault | what | tried alone | felt | with another | 95 % bound |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  const broken = rounds.flatMap(({ seed, violations }) => violations.map((each) => `seed ${seed}: ${each}`));
  const rows = familiesOf(faults).map(({ id, title, members }) => {
    const sum = (what) => members.reduce((all, member) => all + counts[member][what], 0);
    const bound = broken.length === 0 ? boundOf(sum('effective')) : 'none';
    return `| ${id} | ${title} | ${sum('attempted')} | ${sum('effective')} | ${sum('together')} | ${bound} |`;
  });
  const felt = Object.values(counts).reduce((all, { effective }) => all + effective, 0);
  const longest = Math.max(...rounds.map(({ lagMs }) => lagMs));
  const messages = rounds.reduce((all, round) => all + round.messages, 0);
  const run =
    `${rounds.length} rounds of ${[...new Set(rounds.map(({ commit }) => commit))].join(', ')}: ${messages} messages, ` +
    `${felt} faults felt (together a bound of ${boundOf(felt) || 'nothing'}); lag was gone after ${Math.round(longest / 1_000)} s at most`;
  const verdict = broken.length === 0 ? 'no judgement is red' : `BROKEN: ${broken.join('; ')}`;
  return `${[...head, ...rows].join('\n')}\n\n${run}; ${verdict}\n`;
}

/** Each fault, or several that belong together. */
function familiesOf(faults) {
  const families = new Map();
  for (const { id, title, family } of faults) {
    const own = family ? id.split(' ')[0] : id;
    const known = families.get(own);
    if (known) known.members.push(id);
    else families.set(own, { id: own, title: family ?? title, members: [id] });
  }
  return [...families.values()];
}

/**
 * All rounds together.
 * @param {readonly import('./faults.mjs').Fault[]} faults
 * @param {readonly { faults: Counts }[]} lines
 */
export function sumOf(faults, lines) {
  const total = (id, what) => lines.reduce((all, line) => all + (line.faults[id]?.[what] ?? 0), 0);
  const counts = faults.map(({ id }) => [
    id,
    Object.fromEntries(['attempted', 'effective', 'together'].map((what) => [what, total(id, what)])),
  ]);
  return { rounds: lines, faults: Object.fromEntries(counts) };
}
