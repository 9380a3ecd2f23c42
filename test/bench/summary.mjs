/** Median, smallest and largest. */
export function spread(numbers) {
  const sorted = [...numbers].sort((one, other) => one - other);
  return { median: sorted[Math.floor(sorted.length / 2)], min: sorted[0], max: sorted.at(-1) };
}

/**
 * Speed and CPU per message of every variant, and the ratios that are worth quoting.
 * @param {Record<string, import('./measure.mjs').Measured[]>} runs by variant
 */
export function summarise(runs) {
  const variants = Object.fromEntries(
    Object.entries(runs).map(([name, all]) => {
      const perMessage = (process) => spread(all.map(({ cpu }) => cpu[process]));
      const total = spread(all.map(({ cpu }) => cpu.worker + cpu.broker + cpu.redis));
      const perSecond = spread(all.map((run) => run.perSecond));
      const cpu = {
        worker: perMessage('worker'),
        broker: perMessage('broker'),
        redis: perMessage('redis'),
        total,
      };
      return [name, { perSecond, cpuMicros: cpu }];
    }),
  );
  const { passThrough, tact } = variants;
  return {
    variants,
    ratios: {
      perSecond: tact.perSecond.median / passThrough.perSecond.median,
      workerCpu: tact.cpuMicros.worker.median / passThrough.cpuMicros.worker.median,
      totalCpu: tact.cpuMicros.total.median / passThrough.cpuMicros.total.median,
    },
  };
}

export function renderSummary({ variants, ratios }) {
  const cell = ({ median, min, max }, digits) =>
    `${median.toFixed(digits)} [${min.toFixed(digits)}..${max.toFixed(digits)}]`;
  const rows = [['', 'messages/s', 'worker µs', 'broker µs', 'Redis µs', 'all µs per message']];
  for (const [name, { perSecond, cpuMicros }] of Object.entries(variants)) {
    const { worker, broker, redis, total } = cpuMicros;
    rows.push([
      LABELS[name],
      cell(perSecond, 0),
      ...[worker, broker, redis, total].map((each) => cell(each, 1)),
    ]);
  }
  rows.push([
    'ratio',
    ratios.perSecond.toFixed(2),
    ratios.workerCpu.toFixed(2),
    '',
    '',
    ratios.totalCpu.toFixed(2),
  ]);
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const LABELS = { passThrough: 'kafkajs pass-through', tact: 'Tact, five caps' };
