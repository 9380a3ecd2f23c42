import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TactError } from '../../../src/kernel/errors.ts';
import { errorFields } from '../../../src/observe/error-fields.ts';
import { kafkaLog } from '../../../src/observe/kafka-log.ts';
import { isLogEvent, LOG_EVENTS, type LogLevel } from '../../../src/observe/log-events.ts';
import { createLogger, WITHHELD } from '../../../src/observe/logger.ts';
import { shardLog } from '../../../src/observe/shard-log.ts';
import { turn } from './turn-reports.ts';

function capture(level: LogLevel = 'debug') {
  const lines: string[] = [];
  const logger = createLogger({ level, version: '1.2.3', write: (line) => void lines.push(line) });
  return { logger, lines, entries: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

function caught(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe('a log line', () => {
  it('is one line of JSON with level as a word, ISO time, service, event and sentence', () => {
    const { logger, lines, entries } = capture();
    logger.event('shard-acquired', { shard: 3, tookMs: 12 });
    expect(lines[0]).toMatch(/\n$/);
    expect(entries()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        'service.name': 'tact',
        'service.version': '1.2.3',
        event: 'shard-acquired',
        shard: 3,
        tookMs: 12,
        msg: LOG_EVENTS['shard-acquired'].sentence,
      },
    ]);
  });

  it('below the level is not written', () => {
    const { logger, lines } = capture('warn');
    logger.event('shard-acquired', { shard: 3 });
    logger.event('shard-holds', { shard: 3, cause: 'redis' });
    expect(lines).toHaveLength(1);
  });

  it('withholds every field whose name is that of personal data or a secret', () => {
    const { logger, lines } = capture();
    for (const name of WITHHELD)
      logger.event('started', { [name]: 'canary-1', detail: { [name]: 'canary-2' } });
    expect(lines).toHaveLength(WITHHELD.length);
    expect(lines.join()).not.toContain('canary');
  });
});

describe('an error in a log line', () => {
  it('of our own keeps its code, message and cause', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:6379'), { code: 'ECONNREFUSED' });
    const fields = errorFields(new TactError('redis-unreachable', 'no answer from "cache:6379"', { cause }));
    expect(fields).toMatchObject({
      type: 'TactError',
      code: 'redis-unreachable',
      message: 'no answer from "cache:6379"',
      cause: { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:6379' },
    });
    expect(fields.stack).toMatch(/^at /);
  });

  it('of anybody else repeats nothing that it quotes, and nothing that it carries', () => {
    const { logger, lines } = capture();
    const thrown = caught(() => JSON.parse('{"email": alice@example.com}'));
    logger.event('failed', { err: thrown });
    logger.event('failed', { err: new Error('invalid "string": "alice@example.com') });
    logger.event('failed', {
      err: Object.assign(new Error('refused'), { command: { args: ['alice@example.com'] } }),
    });
    logger.event('failed', {
      err: 'alice@example.com'.length,
      error: Object.assign(new Error('x', { cause: thrown })),
    });
    logger.event('failed', { err: caught(() => BigInt('alice')) });
    expect(lines).toHaveLength(5);
    expect(lines.join()).not.toContain('alice');
  });

  it('that is its own cause ends', () => {
    const error = new Error('round') as Error & { cause: unknown };
    error.cause = error;
    expect(JSON.stringify(errorFields(error)).match(/round/g)?.length).toBeLessThanOrEqual(8);
  });
});

describe('the log of the shards', () => {
  it('tells holds, losses and acquires, and is silent about turns', () => {
    const { logger, entries } = capture();
    const log = shardLog(logger);
    log.stateChanged(0, 'acquiring', 'assigned');
    log.acquireStarted(0, 'assigned');
    log.acquired(0, 12.6, 4, false);
    log.stateChanged(0, 'running');
    log.turnFinished(0, turn());
    log.transaction(0, 'committed', 4);
    log.lag(0, []);
    log.note('warn', 'shard-holds', { shard: 0, cause: 'redis' });
    log.stateChanged(0, 'holding', 'redis');
    log.stateChanged(0, 'running');
    log.stateChanged(0, 'running');
    log.transaction(0, 'ambiguous', 4);
    log.watermarkMismatch(0, 5, 3);
    log.stateChanged(0, 'stopped');
    expect(entries().map(({ level, event }) => `${level} ${event}`)).toEqual([
      'info shard-acquiring',
      'info shard-acquired',
      'info shard-running',
      'warn shard-holds',
      'info shard-running',
      'warn transaction-not-committed',
      'warn watermark-mismatch',
      'info shard-revoked',
    ]);
  });

  it('knows every event that is noted in the source', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    const noted = files.flatMap((file) =>
      [...readFileSync(`src/${file}`, 'utf8').matchAll(/\.note\(\s*'\w+',\s*'([^']+)'/g)].map(
        (match) => match[1] ?? '',
      ),
    );
    expect(noted.length).toBeGreaterThan(0);
    expect(noted.filter((event) => !isLogEvent(event))).toEqual([]);
  });
});

describe('the log of the Kafka client', () => {
  const line = (level: number, message: string, more: Record<string, unknown> = {}) => ({
    namespace: 'Consumer',
    level,
    log: { timestamp: 'x', logger: 'kafkajs', message, ...more },
  });

  it('is written at the level of the client', () => {
    const { logger, entries } = capture();
    const log = kafkaLog(logger);
    log(line(1, 'Connection error', { broker: 'kafka:9092', error: 'connect ECONNREFUSED' }));
    log(line(2, 'Retrying'));
    log(line(4, 'Connected'));
    log(line(5, 'Request'));
    expect(entries().map(({ level, said }) => [level, said])).toEqual([
      ['error', 'Connection error'],
      ['warn', 'Retrying'],
      ['info', 'Connected'],
      ['debug', 'Request'],
    ]);
    expect(entries()[0]).toMatchObject({
      event: 'kafka-client',
      broker: 'kafka:9092',
      error: 'connect ECONNREFUSED',
    });
  });

  it('takes a rebalance for what it is', () => {
    const { logger, entries } = capture();
    const log = kafkaLog(logger);
    log(
      line(1, 'Response Heartbeat(key: 12, version: 3)', {
        error: 'The group is rebalancing, so a rejoin is needed',
      }),
    );
    log(line(2, 'The coordinator is not aware of this member, re-joining the group'));
    expect(entries().map(({ level }) => level)).toEqual(['info', 'info']);
  });

  it('passes on no field that it does not know', () => {
    const { logger, lines } = capture();
    kafkaLog(logger)(line(1, 'Failed on "alice@example.com"', { payload: 'bob', key: 'bob', stack: 'bob' }));
    expect(lines.join()).not.toMatch(/alice|bob/);
  });
});
