import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, mainOf } from '../../fault/build-copy.mjs';
import { GovernWorld, until } from '../../support/govern-world.ts';
import { appendDeferred, appendInteractions, appendMessages, canaryPolicy, found } from './canary-records.ts';

const SECRETS = {
  customerKey: 'canary-secret-customer-key-of-32-bytes-and-more',
  registry: 'canary-secret-registry',
  redis: 'canary-secret-redis',
  sasl: 'canary-secret-sasl',
  tlsKey: 'canary-secret-tls-key',
};

/** The secrets that stand in a text, as they are or as base64, with a user or without. */
function secretsIn(text: string): string[] {
  const forms = (secret: string) => [
    ...[secret, `tact:${secret}`].map((each) => Buffer.from(each).toString('base64').slice(0, -4)),
    ...[secret, encodeURIComponent(secret), Buffer.from(secret).toString('hex')],
  ];
  return Object.entries(SECRETS).flatMap(([name, secret]) =>
    forms(secret).some((form) => text.includes(form)) ? [name] : [],
  );
}

describe('a process that was given secrets by file and environment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tact-secrets-'));
  const config = join(folder, 'tact.yaml');
  const asked: string[] = [];
  let registry: Server;
  let world: GovernWorld;
  let child: ChildProcess;
  let env: Record<string, string>;
  let said = '';

  beforeAll(async () => {
    registry = createServer((request, response) => {
      asked.push(request.headers.authorization ?? '');
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end('{"error_code":40403,"message":"Schema not found"}');
    }).listen(0, '127.0.0.1');
    await once(registry, 'listening');
    world = await GovernWorld.create({ policy: canaryPolicy });
    const { customerKey: _, ...written } = JSON.parse(readFileSync(join(world.folder, 'tact.yaml'), 'utf8'));
    writeFileSync(config, JSON.stringify({ ...written, policy: { file: world.policyFile } }));
    build(folder);
    env = {
      PATH: process.env.PATH ?? '',
      TACT_CUSTOMER_KEY_SECRET: SECRETS.customerKey,
      TACT_REDIS_PASSWORD: SECRETS.redis,
      TACT_REGISTRY_URL: `http://127.0.0.1:${(registry.address() as AddressInfo).port}`,
      TACT_REGISTRY_USERNAME: 'tact',
      TACT_REGISTRY_PASSWORD: SECRETS.registry,
    };
    const reports = ['--report-on-signal', '--report-uncaught-exception', '--report-on-fatalerror'];
    const args = [...reports, `--report-directory=${folder}`, mainOf(folder), 'run', '--config', config];
    child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (bytes) => {
        said += bytes;
      });
    }
    await until('it governs', () => said.includes('Governing.'));
    await appendInteractions(world);
    await world.decided(await appendMessages(world));
    await world.decided([await appendDeferred(world)]);
  });

  afterAll(async () => {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGTERM');
    await ended;
    registry?.close();
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('uses them', () => {
    expect(asked).toContain(`Basic ${Buffer.from(`tact:${SECRETS.registry}`).toString('base64')}`);
  });

  it('tells neither them nor what a producer wrote, in what it logs or says', () => {
    expect(said).toContain('"event":"shard-running"');
    expect(secretsIn(said)).toEqual([]);
    expect(found([Buffer.from(said)])).toEqual([]);
  });

  it('shows neither in the list of processes', () => {
    const of = (name: string) => readFileSync(`/proc/${child.pid}/${name}`, 'utf8');
    const shown = of('cmdline') + of('comm') + of('status');
    expect(shown).toContain('main.js');
    expect(secretsIn(shown)).toEqual([]);
    expect(found([Buffer.from(shown)])).toEqual([]);
  });

  it('shows neither at its address', async () => {
    const [address = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
    for (const target of ['/livez?verbose', '/readyz?verbose', '/metrics', '/api/v1/status', '/nothing']) {
      const answer = await fetch(`${address}${target}`);
      const text = JSON.stringify([...answer.headers]) + (await answer.text());
      expect([target, secretsIn(text), found([Buffer.from(text)])]).toEqual([target, [], []]);
    }
  });

  it('leaves neither in a report of Node, which prints the whole environment', async () => {
    child.kill('SIGUSR2');
    const report = await reportIn(folder);
    expect(report).toContain('"environmentVariables"');
    expect(report).toContain('"PATH"');
    expect(report).not.toContain('TACT_');
    expect(secretsIn(report)).toEqual([]);
    expect(found([Buffer.from(report)])).toEqual([]);
  });

  it('is searched by a search that finds them in the report of any other process', () => {
    const write = 'process.stdout.write(JSON.stringify(process.report.getReport()))';
    const { stdout } = spawnSync(process.execPath, ['-e', write], { env, encoding: 'utf8' });
    expect(secretsIn(stdout).sort()).toEqual(['customerKey', 'redis', 'registry']);
  });

  it.each([
    ['check', '--json'],
    ['status', '--json'],
    ['topics', 'check', '--json'],
    ['customer', 'show', 'ann', '--json'],
    ['customer', 'export', 'ann', '--json'],
  ])('prints none of them with tact %s %s', (...args) => {
    const { code, output } = tact(args);
    expect([0, 5]).toContain(code);
    expect(output).not.toBe('');
    expect(secretsIn(output)).toEqual([]);
  });

  it.each([
    {
      wrong: 'a password that the broker has no use for',
      says: /SASL state/,
      set: {
        TACT_KAFKA_SASL_MECHANISM: 'plain',
        TACT_KAFKA_SASL_USERNAME: 'tact',
        TACT_KAFKA_SASL_PASSWORD: SECRETS.sasl,
      },
    },
    {
      wrong: 'a TLS key that is none',
      says: /PEM routines/,
      set: { TACT_KAFKA_SSL_KEY_FILE: 'tls.key', TACT_KAFKA_SSL_CERT_FILE: 'tls.key' },
    },
    {
      wrong: 'a Redis that is not there',
      says: /error: redis did not answer .*127\.0\.0\.1:1\b/,
      set: { TACT_REDIS_URL: `redis://tact:${SECRETS.redis}@127.0.0.1:1`, TACT_REDIS_PASSWORD: '' },
    },
    {
      wrong: 'an address that is none',
      says: /TACT_REDIS_URL.*error/,
      set: { TACT_REDIS_URL: `nonsense://tact:${SECRETS.redis}@h:x/`, TACT_REDIS_PASSWORD: '' },
    },
    {
      wrong: 'a key for customers that is too short',
      says: /TACT_CUSTOMER_KEY_SECRET.*error/,
      set: { TACT_CUSTOMER_KEY_SECRET: SECRETS.tlsKey },
    },
  ])('prints none of them where it complains about $wrong', ({ says, set }) => {
    writeFileSync(join(folder, 'tls.key'), `-----BEGIN PRIVATE KEY-----\n${SECRETS.tlsKey}\n`);
    const { code, output } = tact(['run', '--start-within', '3'], set);
    expect(output).toMatch(says);
    expect([3, 6]).toContain(code);
    expect(secretsIn(output)).toEqual([]);
  });

  function tact(args: readonly string[], more: Readonly<Record<string, string | undefined>> = {}) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [mainOf(folder), ...args, '--config', config],
      { env: { ...env, ...more }, encoding: 'utf8', timeout: 60_000, cwd: folder },
    );
    return { code: status, output: stdout + stderr };
  }
});

/** The report that Node writes, when it is whole. */
async function reportIn(folder: string): Promise<string> {
  let text = '';
  await until('there is a report', () => {
    const [name] = readdirSync(folder).filter((each) => /^report\..*\.json$/.test(each));
    text = name === undefined ? '' : readFileSync(join(folder, name), 'utf8');
    return text.trimEnd().endsWith('}');
  });
  return text;
}
