import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HealthReport } from '../observe/health.ts';
import type { Routes } from './routes.ts';

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Handler = (routes: Routes, verbose: boolean) => Reply | Promise<Reply>;

const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['/livez', (routes, verbose) => health(routes.live(), verbose)],
  ['/readyz', (routes, verbose) => health(routes.ready(), verbose)],
  ['/metrics', async (routes) => ({ status: 200, ...(await routes.metrics()) })],
  ['/api/v1/status', (routes) => json(routes.status())],
]);

/** Answers one request; never throws, never reads a body. A failure inside is a 500 that says nothing of it. */
export async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  routes: Routes,
): Promise<void> {
  const reply = await replyTo(request, routes).catch(
    (): Reply => ({ status: 500, body: 'internal error\n' }),
  );
  const { status, body, contentType = 'text/plain; charset=utf-8', headers = {} } = reply;
  if (hasBody(request)) response.setHeader('connection', 'close');
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function replyTo(request: IncomingMessage, routes: Routes): Promise<Reply> {
  const { path, query } = splitTarget(request.url ?? '/');
  const handler = HANDLERS.get(path);
  if (!handler) return { status: 404, body: 'not found\n' };
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { status: 405, body: 'only GET and HEAD\n', headers: { allow: 'GET, HEAD' } };
  }
  return handler(routes, query.has('verbose'));
}

function splitTarget(target: string): { path: string; query: URLSearchParams } {
  const mark = target.indexOf('?');
  if (mark === -1) return { path: target, query: new URLSearchParams() };
  return { path: target.slice(0, mark), query: new URLSearchParams(target.slice(mark + 1)) };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function health({ ok, checks }: HealthReport, verbose: boolean): Reply {
  const summary = ok ? 'ok' : 'failed';
  const lines = verbose
    ? checks.map((check) => `[${check.ok ? '+' : '-'}] ${check.name}: ${check.detail}`)
    : [];
  return { status: ok ? 200 : 503, body: `${[...lines, summary].join('\n')}\n` };
}

function json(value: unknown): Reply {
  return { status: 200, body: `${JSON.stringify(value)}\n`, contentType: 'application/json; charset=utf-8' };
}
