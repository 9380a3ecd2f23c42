import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Link } from './link.mjs';

let server: Server;
let link: Link;
let received: string;
let told: Socket[];
const clients: Socket[] = [];

/** Answers everything with itself in capitals. */
beforeEach(async () => {
  received = '';
  told = [];
  server = createServer((socket) => {
    told.push(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received += String(chunk);
      socket.write(String(chunk).toUpperCase());
      server.emit('received');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  link = await Link.open((server.address() as AddressInfo).port);
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await link.close();
  for (const socket of told) socket.destroy();
  server.close();
});

async function client(): Promise<Socket> {
  const socket = connect(link.port, '127.0.0.1');
  socket.on('error', () => {});
  clients.push(socket);
  await once(socket, 'connect');
  return socket;
}

async function answer(socket: Socket): Promise<string> {
  const [chunk] = await once(socket, 'data');
  return String(chunk);
}

describe('a link', () => {
  test('leads there and back', async () => {
    const socket = await client();
    socket.write('hello');
    expect(await answer(socket)).toBe('HELLO');
  });

  test('that is cut breaks what is open and refuses what is new, until it is healed', async () => {
    const socket = await client();
    link.cut();
    await once(socket, 'close');
    await once(await client(), 'close');
    link.heal();
    const again = await client();
    again.write('hello');
    expect(await answer(again)).toBe('HELLO');
  });

  test.each(['there', 'back'] as const)(
    'that is held on the way %s delivers it all when it is healed, in order',
    async (direction) => {
      const socket = await client();
      socket.write('one ');
      expect(await answer(socket)).toBe('ONE ');
      link.hold(direction);
      socket.write('two ');
      if (direction === 'back') await once(server, 'received');
      socket.write('three');
      let said = '';
      socket.on('data', (chunk) => {
        said += String(chunk);
      });
      link.heal();
      while (said !== 'TWO THREE') await once(socket, 'data');
      expect(received).toBe('one two three');
    },
  );

  test('that is slow delivers it all later, in order', async () => {
    const socket = await client();
    link.slow(30);
    const begun = performance.now();
    socket.write('one ');
    socket.write('two');
    let said = '';
    while (said !== 'ONE TWO') said += await answer(socket);
    // There and back.
    expect(performance.now() - begun).toBeGreaterThanOrEqual(59);
    expect(received).toBe('one two');
  });

  test('loses the answer to a request that was carried out', async () => {
    const socket = await client();
    link.judge((request) => (String(request) === 'commit' ? 'lose-answer' : undefined));
    socket.write('commit');
    await once(socket, 'close');
    expect(received).toBe('commit');
    expect(link.lostAnswers).toBe(1);
  });

  test('delivers a request late, when its client has gone', async () => {
    const socket = await client();
    link.judge(() => ({ late: 20 }));
    socket.write('commit');
    await once(socket, 'close');
    expect(received).toBe('');
    await once(server, 'received');
    expect(received).toBe('commit');
    expect(link.lateRequests).toBe(1);
  });

  test('shows whole requests to its judge, however they come in', async () => {
    await link.close();
    link = await Link.open((server.address() as AddressInfo).port, { framed: true });
    const requests: string[] = [];
    link.judge((request) => {
      requests.push(String(request.subarray(4)));
      return undefined;
    });
    const frame = (text: string) => Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]);
    const bytes = Buffer.concat([frame('first'), frame('second')]);
    const socket = await client();
    socket.setNoDelay(true);
    socket.write(bytes.subarray(0, 7));
    socket.write(bytes.subarray(7));
    while (requests.length < 2) await once(server, 'received');
    expect(requests).toEqual(['first', 'second']);
  });

  test('leads elsewhere when it is told so', async () => {
    const other = createServer((socket) => socket.on('error', () => {}).end('other'));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const socket = await client();
    link.leadTo((other.address() as AddressInfo).port);
    await once(socket, 'close');
    expect(await answer(await client())).toBe('other');
    other.close();
  });
});
