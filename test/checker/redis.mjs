import { Cluster, Redis } from 'ioredis';

/**
 * A client for `redis://host:port`, for a cluster at `redis+cluster://host:port`, or for the primary `name` of the sentinel at
 * `redis+sentinel://host:port/name`.
 * @param {string} address
 */
export function connectTo(address) {
  const { protocol, hostname: host, port, pathname } = new URL(address);
  const node = { host, port: Number(port) };
  if (protocol === 'redis+cluster:') return new Cluster([node]);
  if (protocol === 'redis+sentinel:') return new Redis({ sentinels: [node], name: pathname.slice(1) });
  return new Redis(address);
}
