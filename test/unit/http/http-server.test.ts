import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type HttpServer, startHttpServer } from '../../../src/http/http-server.ts';
import type { Routes } from '../../../src/http/routes.ts';
import type { HealthReport } from '../../../src/observe/health.ts';

const GREEN: HealthReport = { ok: true, checks: [{ name: 'policy', ok: true, detail: 'loaded' }] };
const RED: HealthReport = { ok: false, checks: [{ name: 'policy', ok: false, detail: 'not loaded yet' }] };

const routes: Routes = {
  live: () => GREEN,
  ready: () => RED,
  metrics: async () => ({ contentType: 'text/plain; version=0.0.4; charset=utf-8', body: 'tact_up 1\n' }),
  status: () => ({ instance: 'tact-0', startedAt: 1, at: 2, shards: [] }),
};

let server: HttpServer | undefined;
afterEach(() => server?.stop());

async function start(given: Partial<Routes> = {}): Promise<HttpServer> {
  server = await startHttpServer({ host: '127.0.0.1', port: 0, routes: { ...routes, ...given } });
  return server;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

function ask({ port }: HttpServer, path: string, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body: Buffer.concat(parts).toString(),
        }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** Sends bytes and resolves with all that comes back until the server closes. */
function converse({ port }: HttpServer, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (part) => {
      answer += part.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

describe('the server', () => {
  it('answers the probes with 200 or 503', async () => {
    const listening = await start();
    expect(await ask(listening, '/livez')).toMatchObject({ status: 200, body: 'ok\n' });
    expect(await ask(listening, '/readyz')).toMatchObject({ status: 503, body: 'failed\n' });
  });

  it('lists the checks when asked to', async () => {
    const listening = await start();
    const { status, body } = await ask(listening, '/readyz?verbose');
    expect([status, body]).toEqual([503, '[-] policy: not loaded yet\nfailed\n']);
    expect((await ask(listening, '/livez?verbose=1')).body).toBe('[+] policy: loaded\nok\n');
  });

  it('serves metrics and status, never to be cached', async () => {
    const listening = await start();
    const metrics = await ask(listening, '/metrics');
    expect(metrics).toMatchObject({ status: 200, body: 'tact_up 1\n' });
    expect(metrics.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(metrics.headers['cache-control']).toBe('no-store');
    const status = await ask(listening, '/api/v1/status');
    expect(status.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(status.body)).toEqual({ instance: 'tact-0', startedAt: 1, at: 2, shards: [] });
  });

  it('answers HEAD like GET, without the body', async () => {
    const { status, body, headers } = await ask(await start(), '/metrics', 'HEAD');
    expect([status, body, headers['content-length']]).toEqual([200, '', '10']);
  });

  it('knows no other path and no other method', async () => {
    const listening = await start();
    for (const path of ['/', '/metrics/', '/livez/..', '/api/v1/status/x', '/__proto__']) {
      expect((await ask(listening, path)).status, path).toBe(404);
    }
    const refused = await ask(listening, '/metrics', 'POST');
    expect([refused.status, refused.headers.allow]).toEqual([405, 'GET, HEAD']);
    expect((await ask(listening, '/livez', 'DELETE')).status).toBe(405);
  });

  it('answers 500 without a reason when a route fails, and goes on', async () => {
    const listening = await start({
      metrics: () => Promise.reject(new Error('secret reason')),
      status: () => {
        throw new Error('secret reason');
      },
    });
    for (const path of ['/metrics', '/api/v1/status']) {
      expect(await ask(listening, path)).toMatchObject({ status: 500, body: 'internal error\n' });
    }
    expect((await ask(listening, '/livez')).status).toBe(200);
  });

  it('never asks for a body and closes the connection of a client that brings one', async () => {
    const listening = await start();
    const head = 'POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n';
    const answer = await converse(listening, `${head}Expect: 100-continue\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 405 /);
    expect(answer).not.toContain('100 Continue');
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(await converse(listening, `${head}\r\nsome of it`)).toMatch(
      /^HTTP\/1\.1 405 .*connection: close/is,
    );
  });

  it('refuses headers of more than 8 KiB', async () => {
    const answer = await converse(
      await start(),
      `GET /livez HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(9_000)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('says on which port it listens, and throws when the port is taken', async () => {
    const listening = await start();
    expect(listening.host).toBe('127.0.0.1');
    const again = startHttpServer({ host: '127.0.0.1', port: listening.port, routes });
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('stops although a client keeps its connection open, and frees the port', async () => {
    const listening = await start();
    const idle = converse(listening, 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    const halfWay = converse(listening, 'GET /livez HTTP/1.1\r\n');
    await ask(listening, '/livez');
    await listening.stop();
    expect(await idle).toMatch(/^HTTP\/1\.1 200 /);
    await halfWay;
    await expect(ask(listening, '/livez')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const next = await startHttpServer({ host: '127.0.0.1', port: listening.port, routes });
    await next.stop();
  });
});
