import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between a client and a Redis on the loopback address, and can keep answers back. */
export interface TcpProxy {
  readonly port: number;
  /** The next answer is dropped and its connection cut, though Redis has done what was asked. */
  dropNextReply(): void;
  /** How many answers were dropped. */
  dropped(): number;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let armed = false;
  let dropped = 0;
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    client.on('data', (data) => upstream.write(data)).on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    upstream.on('data', (data) => {
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
    dropped: () => dropped,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
