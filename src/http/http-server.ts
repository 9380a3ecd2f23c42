import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer } from './answer.ts';
import type { Routes } from './routes.ts';

export interface HttpServerOptions {
  /** Address to listen on. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly routes: Routes;
}

/** A server that listens. */
export interface HttpServer {
  readonly host: string;
  readonly port: number;
  /** Takes no new connection, ends idle ones, and resolves when the answers in hand are out, at the latest after a second. */
  stop(): Promise<void>;
}

/** Listens, or throws when the address is not to be had. Bounds: 8 KiB of headers within 5 s, a request within 10 s. */
export async function startHttpServer({ host, port, routes }: HttpServerOptions): Promise<HttpServer> {
  const server = createServer(
    {
      maxHeaderSize: 8_192,
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => void answer(request, response, routes),
  );
  // Without this, Node would ask a client that waits with its body to send it.
  server.on('checkContinue', (request, response) => void answer(request, response, routes));
  server.maxConnections = 100;
  server.timeout = 30_000;
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  return { host: address.address, port: address.port, stop: () => stop(server) };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), 1_000);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}
