import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A schema registry on the loopback address that can be away for a while. */
export class FakeRegistry {
  readonly schemas = new Map<number, object>();
  /** Ids that were asked for, in order. */
  readonly asked: number[] = [];
  #server: Server | undefined;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens where it listened before. */
  async start(): Promise<void> {
    this.#server = createServer((request, response) => {
      const id = Number(/^\/schemas\/ids\/(\d+)/.exec(request.url ?? '')?.[1]);
      this.asked.push(id);
      const schema = this.schemas.get(id);
      const known = { schemaType: 'AVRO', schema: JSON.stringify(schema) };
      response.writeHead(schema ? 200 : 404, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify(schema ? known : { error_code: 40403, message: 'Schema not found' }));
    }).listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }
}

/** The bytes as a producer with a registry frames them. */
export function framed(schemaId: number, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(schemaId, 1);
  return Buffer.concat([head, body]);
}
