import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HttpServer, startHttpServer } from '../../../src/http/http-server.ts';
import { mutate } from '../../fuzz/mutation.ts';
import { Random } from '../../support/random.mjs';

const GOOD = [
  'GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  'GET /readyz?verbose HTTP/1.1\r\nHost: x\r\nAccept: text/plain\r\nConnection: close\r\n\r\n',
  'POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello',
  'GET /api/v1/status HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'HEAD /metrics HTTP/1.0\r\n\r\n',
].map((text) => Buffer.from(text));
const REQUESTS = 400;
const AT_ONCE = 20;

let server: HttpServer;
beforeAll(async () => {
  const report = { ok: true, checks: [] };
  server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    routes: {
      live: () => report,
      ready: () => report,
      metrics: async () => ({ contentType: 'text/plain', body: 'tact_up 1\n' }),
      status: () => ({ instance: 'tact-0', startedAt: 1, at: 2, shards: [] }),
    },
  });
});
afterAll(() => server.stop());

/** Sends the bytes, says that there are no more, and resolves with what comes back. */
function send(bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(server.port, '127.0.0.1', () => socket.end(bytes));
    socket.on('data', (part) => {
      answer += part.toString('latin1');
    });
    // A server that has read enough may hang up while more is on its way.
    socket.on('error', () => resolve(answer));
    socket.on('close', () => resolve(answer));
  });
}

test('whatever bytes a client sends get an answer of HTTP or none, and the next client is served', async () => {
  const random = new Random(11);
  for (let sent = 0; sent < REQUESTS; sent += AT_ONCE) {
    const requests = Array.from({ length: AT_ONCE }, () =>
      mutate(random.pick(GOOD), random.pick(GOOD), random),
    );
    for (const answer of await Promise.all(requests.map(send))) {
      expect(answer).toMatch(/^$|^HTTP\/1\.1 (200|400|404|405|408|413|414|417|431|501|505) /);
      expect(answer).not.toMatch(/node:|\bat .*\.ts/);
    }
  }
  expect(await send(GOOD[0] as Buffer)).toMatch(/^HTTP\/1\.1 200 /);
});
