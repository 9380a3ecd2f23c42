// node test/checker/main.mjs --kafka host:port --redis redis://host:port --expect expectations.json [--json]
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { check } from './check.mjs';
import { renderReport } from './report.mjs';

const { values } = parseArgs({
  options: {
    kafka: { type: 'string', default: process.env.TACT_KAFKA_BROKERS ?? '127.0.0.1:9092' },
    redis: { type: 'string', default: process.env.TACT_REDIS_URL ?? 'redis://127.0.0.1:6379' },
    expect: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

if (values.expect === undefined) {
  process.stderr.write(
    '--expect names the file that says which topics to read and which limits hold; see test/checker/README.md\n',
  );
  process.exitCode = 2;
} else {
  const expected = JSON.parse(readFileSync(values.expect, 'utf8'));
  const report = await check({ kafka: values.kafka, redis: values.redis }, expected);
  process.stdout.write(`${values.json ? JSON.stringify(report, null, 2) : renderReport(report)}\n`);
  process.exitCode = report.holds ? 0 : 5;
}
