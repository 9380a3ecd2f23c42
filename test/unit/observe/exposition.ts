export interface Exposition {
  /** Series such as `tact_shards{state="running"}` to value. */
  readonly series: ReadonlyMap<string, number>;
  readonly types: ReadonlyMap<string, string>;
  readonly help: ReadonlyMap<string, string>;
}

/** Reads Prometheus' text format, as far as Tact writes it. */
export function parseExposition(text: string): Exposition {
  const series = new Map<string, number>();
  const types = new Map<string, string>();
  const help = new Map<string, string>();
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const comment = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
    if (comment) {
      (comment[1] === 'HELP' ? help : types).set(comment[2] ?? '', comment[3] ?? '');
      continue;
    }
    const sample = /^(\S+?(?:\{.*\})?) (\S+)$/.exec(line);
    if (!sample) throw new Error(`no sample: ${line}`);
    series.set(sample[1] ?? '', Number(sample[2]));
  }
  return { series, types, help };
}

/** The series of one metric, those of a histogram included. */
export function seriesOf(exposition: Exposition, name: string): string[] {
  return [...exposition.series.keys()].filter((key) =>
    new RegExp(`^${name}(_bucket|_sum|_count)?(\\{|$)`).test(key),
  );
}
