// node test/fault/main.mjs [--size full|small] [--seed N] [--kills N] [--keep] [--json]
import { parseArgs } from 'node:util';
import { renderReport } from '../checker/report.mjs';
import { temporaryFolder } from '../stack/children.mjs';
import { startKafka } from '../stack/stack.mjs';
import { build, mainOf } from './build-copy.mjs';
import { FULL, runFaults, SMALL } from './run.mjs';
import { voidFaults } from './void-faults.mjs';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: 'full' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    kills: { type: 'string' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const started = Date.now();
const log = (line) =>
  process.stderr.write(`${((Date.now() - started) / 1_000).toFixed(1).padStart(6)} s  ${line}\n`);
const base = values.size === 'small' ? SMALL : FULL;
const size = values.kills === undefined ? base : { ...base, killsEach: Number(values.kills) };
const built = temporaryFolder('tact-build-');
build(built);
const given = process.env.TACT_KAFKA_BROKERS;
const kafka = given ? { address: given, stop: async () => {} } : await startKafka({ log });
try {
  const result = await runFaults({
    kafka: kafka.address,
    program: mainOf(built),
    seed: Number(values.seed),
    size,
    log,
    keep: values.keep,
  });
  const unfelt = voidFaults(result.bites);
  if (values.json)
    process.stdout.write(`${JSON.stringify({ ...result, size, voidFaults: unfelt }, null, 2)}\n`);
  else {
    const bites = Object.entries(result.bites).map(([name, count]) => `  ${name.padEnd(18)} ${count}`);
    process.stdout.write(
      [renderReport(result.report), `seed ${result.seed}; what the faults did:`, ...bites, ''].join('\n'),
    );
    for (const name of unfelt)
      process.stdout.write(`VOID   ${name} is 0: the run does not show what it was for\n`);
  }
  process.exitCode = result.report.holds && unfelt.length === 0 ? 0 : 1;
} finally {
  await kafka.stop();
}
