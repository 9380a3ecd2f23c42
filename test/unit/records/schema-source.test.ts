import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { parseAvroSchema } from '../../../src/records/avro-schema.ts';
import { createSchemaSource } from '../../../src/records/schema-source.ts';
import { tactSchemaText } from '../../../src/records/tact-schema.ts';
import { avroText, input, logRecord, long, readerOf, reasonOf } from '../../fixtures/records/records.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

type Answer = { status?: number; body: unknown } | 'silence';

/** A registry that answers by path, and remembers what it was asked. */
async function registry(answers: Record<string, Answer>) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    const answer = answers[request.url ?? ''] ?? notFound;
    if (answer === 'silence') return;
    const { status = 200, body } = answer;
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const notFound = { status: 404, body: { error_code: 40_403, message: 'Schema not found' } };
const record = (name: string, type: unknown = 'string') =>
  JSON.stringify({ type: 'record', name, fields: [{ name: 'customerId', type }] });

describe('schemas from files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tact-schemas-'));
  writeFileSync(join(folder, 'a.avsc'), record('A'));
  writeFileSync(join(folder, 'b.avsc'), record('B'));
  writeFileSync(join(folder, 'broken.avsc'), '{"type":"nonsense"}');
  const sourceOf = (...schemas: Record<string, unknown>[]) =>
    createSchemaSource({
      folder,
      inputs: schemas.map((part, i) => input({ topic: `t${i}`, schemas: part })),
    });

  test('are found by the id that the configuration gives, and by fingerprint', () => {
    const source = sourceOf({ ids: { 7: 'a.avsc' }, files: ['b.avsc'] });
    expect(source.byId(7)).toMatchObject({ kind: 'avro' });
    expect(source.byId(8)).toBeUndefined();
    for (const name of ['A', 'B']) {
      expect(source.byFingerprint(parseAvroSchema(record(name)).fingerprint)).toMatchObject({ kind: 'avro' });
    }
  });

  test('include those of Tact itself', () => {
    const { fingerprint } = parseAvroSchema(tactSchemaText('OutboundMessage'));
    expect(createSchemaSource().byFingerprint(fingerprint)).toMatchObject({ kind: 'avro' });
  });

  test.each([
    [[{ files: ['missing.avsc'] }], /schema file .*missing.avsc: ENOENT/],
    [[{ files: ['broken.avsc'] }], /schema file .*broken.avsc: not a usable Avro schema/],
    [
      [{ ids: { 7: 'a.avsc' } }, { ids: { 7: 'b.avsc' } }],
      /schemas of input t1: id 7 has another file already/,
    ],
  ])('%j are refused', (schemas, expected) => {
    expect(() => sourceOf(...schemas)).toThrow(expected);
  });

  test('may give one id to the same schema twice', () => {
    expect(() => sourceOf({ ids: { 7: 'a.avsc' } }, { ids: { 7: 'a.avsc' } })).not.toThrow();
  });
});

describe('schemas from a registry', () => {
  test('are fetched once, and read from then on', async () => {
    const { asked, url } = await registry({ '/schemas/ids/7': { body: { schema: record('A', 'long') } } });
    const reader = readerOf(
      [input({ map: { customerId: 'customerId', channel: { constant: 'email' } } })],
      createSchemaSource({ registry: { url } }),
    );
    const framed = logRecord({ value: Buffer.concat([Buffer.of(0, 0, 0, 0, 7), long(4711)]) });
    await reader.prepare([framed, framed]);
    await reader.prepare([framed]);
    expect(reader.read(framed)).toMatchObject({ message: { customerId: '4711' } });
    expect(asked.map((request) => request.url)).toEqual(['/schemas/ids/7']);
  });

  test('are asked for below the path of the address, with the user', async () => {
    const { asked, url } = await registry({ '/base/schemas/ids/7': { body: { schema: record('A') } } });
    await createSchemaSource({ registry: { url: `${url}/base/`, username: 'tact', password: 'pw' } }).prepare(
      [7],
    );
    const withUser = url.replace('//', '//tact:p%77@');
    await createSchemaSource({ registry: { url: `${withUser}/base` } }).prepare([7]);
    const basic = `Basic ${Buffer.from('tact:pw').toString('base64')}`;
    expect(asked.map(({ headers }) => headers.authorization)).toEqual([basic, basic]);
  });

  test('that are not there are asked for again only after a while', async () => {
    let now = 0;
    const { asked, url } = await registry({});
    const source = createSchemaSource({ registry: { url }, clock: () => now });
    await source.prepare([7]);
    now = 29_999;
    await source.prepare([7]);
    expect(asked).toHaveLength(1);
    now = 30_000;
    await source.prepare([7]);
    expect(asked).toHaveLength(2);
    const framed = logRecord({ value: Buffer.of(0, 0, 0, 0, 7, 0) });
    expect(reasonOf(readerOf([input()], source).read(framed))).toBe('unknown-schema');
  });

  test('are never asked for by an id that no registry gives', async () => {
    const { asked, url } = await registry({});
    await createSchemaSource({ registry: { url } }).prepare([2 ** 31, 2 ** 32 - 1]);
    expect(asked).toHaveLength(0);
  });

  test.each<[string, Answer, RegExp]>([
    ['an error of the server', { status: 500, body: { error_code: 50_001 } }, /with status 500$/],
    ['a wrong password', { status: 401, body: 'no' }, /status 401; check user name and password/],
    [
      'a page of something else',
      { body: '<html>' },
      /status 200; is the address that of a schema registry\?/,
    ],
    [
      'a wrong path',
      { status: 404, body: '<html>' },
      /status 404; is the address that of a schema registry\?/,
    ],
    ['another not-found', { status: 404, body: { error_code: 404 } }, /status 404/],
    ['silence', 'silence', /did not answer schemas\/ids\/7: .*(timeout|aborted)/i],
    ['a redirection', { status: 302, body: '' }, /answered|did not answer/],
    ['an endless answer', { body: { schema: 'x'.repeat(5_000_000) } }, /more than 4194304 bytes/],
  ])('hold the shard on %s', async (_, answer, expected) => {
    const { url } = await registry({ '/schemas/ids/7': answer });
    // Only silence is to take as long as that.
    const source = createSchemaSource({ registry: { url, timeoutMs: answer === 'silence' ? 300 : 10_000 } });
    await expect(source.prepare([7])).rejects.toMatchObject({
      code: 'registry-unreachable',
      retryable: true,
      message: expect.stringMatching(expected),
    });
  });

  test('hold the shard where nothing listens, and name the host without the password', async () => {
    const { url } = await registry({});
    servers.splice(0).forEach((server) => void server.close());
    const source = createSchemaSource({ registry: { url: url.replace('//', '//u:canary@') } });
    await expect(source.prepare([7])).rejects.toThrow(
      /^schema registry 127\.0\.0\.1:\d+ did not answer .*ECONNREFUSED/,
    );
    await expect(source.prepare([7])).rejects.not.toThrow(/canary/);
  });

  test('that were fetched before the failure stay known', async () => {
    const { url } = await registry({
      '/schemas/ids/1': { body: { schema: record('A') } },
      '/schemas/ids/2': 'silence',
    });
    const source = createSchemaSource({ registry: { url, timeoutMs: 300 } });
    await expect(source.prepare([1, 2])).rejects.toThrow();
    expect(source.byId(1)).toMatchObject({ kind: 'avro' });
  });

  test('bring along those that they refer to, deepest first', async () => {
    const references = (subject: string) => [{ name: subject, subject, version: 1 }];
    const { url } = await registry({
      '/schemas/ids/7': { body: { schema: record('A', 'B'), references: references('b/c') } },
      '/subjects/b%2Fc/versions/1': { body: { schema: record('B', 'C'), references: references('c') } },
      '/subjects/c/versions/1': { body: { schema: record('C') } },
    });
    const map = { customerId: 'customerId.customerId.customerId', channel: { constant: 'email' } };
    const reader = readerOf([input({ map })], createSchemaSource({ registry: { url } }));
    const framed = logRecord({ value: Buffer.concat([Buffer.of(0, 0, 0, 0, 7), avroText('deep')]) });
    await reader.prepare([framed]);
    expect(reader.read(framed)).toMatchObject({ message: { customerId: 'deep' } });
  });

  test.each<[string, unknown, RegExp]>([
    [
      'protobuf',
      { schema: 'syntax', schemaType: 'PROTOBUF' },
      /schema 7 is PROTOBUF; AVRO and JSON are read/,
    ],
    [
      'a broken schema',
      { schema: '{"type":"nonsense"}' },
      /schema 7 cannot be used: not a usable Avro schema/,
    ],
    [
      'a missing reference',
      { schema: record('A', 'B'), references: [{ subject: 'b', version: 1 }] },
      /schema 7 refers to a schema that/,
    ],
    [
      'a reference to itself',
      { schema: record('A', 'B'), references: [{ subject: 'me', version: 1 }] },
      /schema 7 cannot be used/,
    ],
  ])('that cannot be used (%s) say so in the dead letter', async (_, body, expected) => {
    const me = { body: { schema: record('X', 'Y'), references: [{ subject: 'me', version: 1 }] } };
    const { url } = await registry({ '/schemas/ids/7': { body }, '/subjects/me/versions/1': me });
    const reader = readerOf([input()], createSchemaSource({ registry: { url } }));
    const framed = logRecord({ value: Buffer.of(0, 0, 0, 0, 7, 0) });
    await reader.prepare([framed]);
    expect(reader.read(framed)).toMatchObject({
      failure: { reason: 'unknown-schema', message: expect.stringMatching(expected) },
    });
  });

  test('of the type JSON frame JSON', async () => {
    const { url } = await registry({ '/schemas/ids/7': { body: { schema: '{}', schemaType: 'JSON' } } });
    const reader = readerOf([input()], createSchemaSource({ registry: { url } }));
    const body = Buffer.from('{"customerId":"c","channel":"email"}');
    const framed = logRecord({ value: Buffer.concat([Buffer.of(0, 0, 0, 0, 7), body]) });
    await reader.prepare([framed]);
    expect(reasonOf(reader.read(framed))).toBe('message');
  });
});
