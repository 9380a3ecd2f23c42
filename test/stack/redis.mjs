import { existsSync, mkdirSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { freePort, portAnswers, run, startServer, temporaryFolder } from './children.mjs';
import { startContainer } from './docker.mjs';

const IN_MEMORY = ['--save', '', '--appendonly', 'no'];

/**
 * One real Redis as a process of this machine; nothing is written to disk unless a client sends SAVE. A folder that was
 * given is kept on stop, and a `dump.rdb` in it is loaded at the start.
 * @param {import('./stack.mjs').RedisOptions} options
 * @returns {Promise<import('./stack.mjs').RunningRedis>}
 */
export async function startRedis({ port, dir, args = [], log = () => {} } = {}) {
  installRedis(log);
  const taken = port ?? (await freePort());
  if (await portAnswers(taken)) {
    throw new Error(`port ${taken} is taken: stop what listens there, or choose another port`);
  }
  const folder = dir ?? temporaryFolder('tact-redis-');
  mkdirSync(folder, { recursive: true });
  const place = ['--port', String(taken), '--bind', '127.0.0.1', '--dir', folder, '--dbfilename', 'dump.rdb'];
  const server = await startServer('redis-server', [...place, ...IN_MEMORY, ...args], {
    what: 'Redis',
    folder,
    keep: dir !== undefined,
    logFile: join(folder, 'redis.log'),
    timeoutMs: 30_000,
    answers: () => redisAnswers(taken),
  });
  return { url: `redis://127.0.0.1:${taken}`, port: taken, dumpFile: join(folder, 'dump.rdb'), ...server };
}

/** The same in a container. */
export async function startRedisContainer({ port } = {}) {
  const published = port ?? (await freePort());
  const container = await startContainer(
    {
      image: 'redis:7',
      port: published,
      inside: 6379,
      args: ['redis-server', ...IN_MEMORY],
    },
    () => redisAnswers(published),
  );
  return {
    url: `redis://127.0.0.1:${published}`,
    port: published,
    ...container,
  };
}

function installRedis(log) {
  if (run('redis-server', ['--version']).ok) return;
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) {
    throw new Error('redis-server is not installed');
  }
  log('installing redis-server with apt-get');
  // RUNLEVEL=1 keeps the package from starting a server of its own on 6379.
  const env = {
    ...process.env,
    DEBIAN_FRONTEND: 'noninteractive',
    RUNLEVEL: '1',
  };
  run('apt-get', ['update', '-q'], { env });
  const { ok, output } = run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'redis-server'], {
    env,
  });
  if (!ok) throw new Error(`apt-get install redis-server failed: ${output.split('\n').at(-1)}`);
}

/** Redis is there when it answers PING, and not with LOADING. */
function redisAnswers(port) {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1', timeout: 1_000 }, () =>
      socket.write('PING\r\n'),
    );
    const answer = (ready) => {
      socket.destroy();
      resolve(ready);
    };
    // Asking who we are is an answer, too.
    socket.once('data', (data) => answer(/^(\+PONG|-NOAUTH)/.test(String(data))));
    socket.once('error', () => answer(false)).once('timeout', () => answer(false));
  });
}
