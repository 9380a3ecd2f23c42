import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between a client and a Redis on the loopback address, and can be a bad network. */
export interface TcpProxy {
  readonly port: number;
  /** The next answer is dropped and its connection cut, though Redis has done what was asked. */
  dropNextReply(): void;
  /** From now on nothing passes on the connections that stand; new ones are served. */
  swallow(): void;
  /** New connections lead to this port. */
  leadTo(port: number): void;
  /** How many answers were dropped. */
  dropped(): number;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const swallowed = new Set<Socket>();
  let target = targetPort;
  let armed = false;
  let dropped = 0;
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    client
      .on('data', (data) => swallowed.has(client) || upstream.write(data))
      .on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    upstream.on('data', (data) => {
      if (swallowed.has(client)) return false;
      if (!armed) return client.write(data);
      armed = false;
      dropped += 1;
      return client.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    dropNextReply: () => {
      armed = true;
    },
    swallow: () => {
      for (const socket of sockets) swallowed.add(socket);
    },
    leadTo: (port) => {
      target = port;
    },
    dropped: () => dropped,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
