import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Redis from 'ioredis';
import { freePort, removeFolder, startServer, temporaryFolder, waitUntil } from './children.mjs';
import { startRedis } from './redis.mjs';

const SLOTS = 16_384;
const READY_WITHIN_MS = 60_000;
/** A server that is silent for so long is taken for dead. */
const DEAD_AFTER_MS = 1_500;
const SENTINELS = 3;
/** By which the sentinels know the primary. */
export const PRIMARY_NAME = 'tact-primary';

/**
 * One primary, one replica and three sentinels, as processes of this machine.
 * @returns {Promise<import('./stack.mjs').RunningSentinels>}
 */
export async function startSentinels() {
  const stopping = [];
  const stop = async () => void (await Promise.allSettled(stopping.reverse().map((each) => each())));
  try {
    const [primary, replica] = [await startRedis(), await startRedis()];
    stopping.push(primary.stop, replica.stop);
    await tell(replica.port, 'REPLICAOF', '127.0.0.1', String(primary.port));
    await until(replica.port, /master_link_status:up/, 'INFO', 'replication');
    const ports = [];
    for (let i = 0; i < SENTINELS; i++) ports.push(await startSentinel(primary.port, stopping));
    for (const port of ports) await until(port, /slaves=1,sentinels=3/, 'INFO', 'sentinel');
    return { nodes: ports.map((port) => `127.0.0.1:${port}`), servers: [primary, replica], stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * A Redis Cluster of three primaries, each with so many replicas, as processes of this machine.
 * @param {{ replicas?: number }} [options]
 * @returns {Promise<import('./stack.mjs').RunningRedisCluster>}
 */
export async function startRedisCluster({ replicas = 0 } = {}) {
  const servers = [];
  const stop = async () => void (await Promise.allSettled(servers.map((each) => each.stop())));
  try {
    for (let i = 0; i < 3 * (1 + replicas); i++) servers.push(await startClusterNode());
    const ports = servers.map(({ port }) => port);
    await form(servers);
    for (const port of ports) await until(port, /cluster_state:ok/, 'CLUSTER', 'INFO');
    return { nodes: ports.map((port) => `127.0.0.1:${port}`), servers, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startClusterNode() {
  const bus = await freePort();
  const server = await startRedis({
    args: [
      ...['--cluster-enabled', 'yes', '--cluster-port', String(bus)],
      ...['--cluster-node-timeout', String(DEAD_AFTER_MS), '--cluster-require-full-coverage', 'no'],
      ...['--repl-diskless-sync-delay', '0'],
    ],
  });
  return { ...server, bus };
}

/** The first three share the slots; the others follow them in turn. */
async function form(servers) {
  const primaries = servers.slice(0, 3);
  for (const { port } of servers.slice(1)) {
    await tell(servers[0].port, 'CLUSTER', 'MEET', '127.0.0.1', String(port), String(busOf(servers, port)));
  }
  for (const [i, { port }] of primaries.entries()) {
    const [from, to] = [i, i + 1].map((part) => Math.floor((SLOTS * part) / primaries.length));
    await tell(port, 'CLUSTER', 'ADDSLOTSRANGE', String(from), String(to - 1));
  }
  const all = new RegExp(`cluster_known_nodes:${servers.length}`);
  for (const { port } of servers) await until(port, all, 'CLUSTER', 'INFO');
  for (const [i, { port }] of servers.slice(3).entries()) {
    const id = await tell(primaries[i % 3].port, 'CLUSTER', 'MYID');
    await tell(port, 'CLUSTER', 'REPLICATE', id);
    await until(port, /master_link_status:up/, 'INFO', 'replication');
  }
}

function busOf(servers, port) {
  return servers.find((server) => server.port === port).bus;
}

async function startSentinel(primary, stopping) {
  const port = await freePort();
  const folder = temporaryFolder('tact-sentinel-');
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'sentinel.conf');
  writeFileSync(
    config,
    [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      `sentinel monitor ${PRIMARY_NAME} 127.0.0.1 ${primary} 2`,
      `sentinel down-after-milliseconds ${PRIMARY_NAME} ${DEAD_AFTER_MS}`,
      `sentinel failover-timeout ${PRIMARY_NAME} 6000`,
      '',
    ].join('\n'),
  );
  const server = await startServer('redis-server', [config, '--sentinel'], {
    ...{ what: 'a Redis sentinel', folder, keep: false, logFile: join(folder, 'sentinel.log') },
    timeoutMs: 30_000,
    answers: async () => (await tell(port, 'PING')) === 'PONG',
  });
  stopping.push(async () => {
    await server.stop();
    removeFolder(folder);
  });
  return port;
}

/** A command to the server at this port, and its answer. */
async function tell(port, ...command) {
  const client = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {});
  try {
    await client.connect();
    return await client.call(...command);
  } finally {
    client.disconnect();
  }
}

async function until(port, pattern, ...command) {
  const probe = async () => pattern.test(await tell(port, ...command));
  await waitUntil(probe, { what: `Redis at ${port} (${pattern.source})`, timeoutMs: READY_WITHIN_MS });
}
