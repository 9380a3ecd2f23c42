// A private copy of kafkajs with its known faults mended. The copy is loaded beside the one that other code of the process
// may load, and shares no module with it: mending touches nobody else. README.md lists each fault and the test that
// fails on the untouched library.
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { assert, TactError } from '../kernel/errors.ts';
import { encodeProduceRequest, type ProduceArguments } from './produce-request.ts';
import { sendMessages } from './send-messages.ts';

/** The one version that the mends were made for. */
export const KAFKAJS_VERSION = '2.2.4';

export type KafkaJs = typeof import('kafkajs');

/** A kafkajs protocol request: what is sent under which API and version. */
export interface ProtocolRequest {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
  readonly encode: () => Promise<unknown>;
}

interface RequestQueue {
  readonly pending: unknown[];
  readonly inflight: Map<number, WaitingRequest>;
  readonly enforceRequestTimeout: boolean;
  readonly requestTimeout: number;
  readonly isConnected: () => boolean;
  requestTimeoutIntervalId: NodeJS.Timeout;
  destroy(): void;
}

interface WaitingRequest {
  readonly requestTimeout: number;
  timeoutRequest(): void;
}

const require = createRequire(import.meta.url);

/** The library, and each of its modules by its path below `src`, as the copy has them. */
export interface MendedLibrary {
  readonly kafkajs: KafkaJs;
  moduleAt(path: string): unknown;
}

/** Loads a mended copy; throws `kafka-refused` when another version is installed. */
export function loadKafkaJs(): MendedLibrary {
  const manifest = require.resolve('kafkajs/package.json');
  const { version } = require(manifest) as { version: string };
  if (version !== KAFKAJS_VERSION) {
    throw new TactError(
      'kafka-refused',
      `kafkajs ${version} is installed, but its faults are mended for ${KAFKAJS_VERSION}: run npm ci`,
    );
  }
  const source = join(dirname(manifest), 'src');
  return withPrivateModules(source, () => {
    replace(join(source, 'retry', 'defaults.js'), RETRY_DEFAULTS);
    replace(join(source, 'retry', 'defaults.test.js'), RETRY_DEFAULTS);
    replace(join(source, 'producer', 'sendMessages.js'), sendMessages);
    const kafkajs = require(dirname(manifest)) as KafkaJs;
    const queue = require(join(source, 'network', 'requestQueue', 'index.js')) as { prototype: object };
    mendRequestQueue(queue.prototype);
    mendRequestTimeout(queue.prototype);
    mendHeartbeat((require(join(source, 'consumer', 'consumerGroup.js')) as { prototype: object }).prototype);
    mendAuthentication(
      (require(join(source, 'network', 'connection.js')) as { prototype: object }).prototype,
    );
    mendBrokerPool((require(join(source, 'cluster', 'brokerPool.js')) as { prototype: object }).prototype);
    mendBroker((require(join(source, 'broker', 'index.js')) as { prototype: object }).prototype);
    mendProduce(require(join(source, 'protocol', 'requests', 'produce', 'index.js')) as RequestVersions);
    const modules = { ...require.cache };
    return { kafkajs, moduleAt: (path) => modules[join(source, path)]?.exports };
  });
}

/** The request that kafkajs sends for Fetch 11; its response is read by `decodeFetchResponse` instead. */
export const fetchRequest: (
  arguments_: object,
) => ProtocolRequest = require('kafkajs/src/protocol/requests/fetch/v11/request.js');

/** Runs `load` while none of the modules under `source` is in the module cache, and puts those back afterwards. */
function withPrivateModules<T>(source: string, load: () => T): T {
  const index = join(source, '..', 'index.js');
  const inside = (path: string) => path === index || path.startsWith(source + sep);
  const others = Object.entries(require.cache).filter(([path]) => inside(path));
  for (const [path] of others) delete require.cache[path];
  try {
    return load();
  } finally {
    for (const path of Object.keys(require.cache)) if (inside(path)) delete require.cache[path];
    for (const [path, module] of others) require.cache[path] = module;
  }
}

function replace(path: string, exports: unknown): void {
  require(path);
  const module = require.cache[path];
  if (module) module.exports = exports;
}

/**
 * What retriers use that cannot be told otherwise, such as the one round InitProducerId; the library has 300 ms instead of
 * 20, and other values again when NODE_ENV is `test`.
 */
const RETRY_DEFAULTS = {
  maxRetryTime: 1_000,
  initialRetryTime: 20,
  factor: 0.2,
  multiplier: 1.6,
  retries: 10,
};

interface RequestVersions {
  protocol(choice: {
    version: number;
  }): (arguments_: ProduceArguments) => { request: ProtocolRequest; response: object };
}

/**
 * Records are encoded by us: in one pass, with null and repeated headers in their order, and with the timestamps given. A
 * version is looked up at each request, so this holds although the library loads its encoders late.
 */
function mendProduce(produce: RequestVersions): void {
  const { protocol } = produce;
  produce.protocol = ({ version }) => {
    assert(version >= 3, 'Kafka 0.11 or later, which has record headers');
    return (arguments_) => {
      const { request, response } = protocol({ version })(arguments_);
      const encode = async () => {
        const buffer = encodeProduceRequest(arguments_);
        return { buf: buffer, buffer };
      };
      return { request: { ...request, encode }, response };
    };
  };
}

/** With nothing waiting there is nothing to look for; the library looks every millisecond on every connection. */
function mendRequestQueue(prototype: object): void {
  const queue = prototype as { scheduleCheckPendingRequests(this: RequestQueue): void };
  const schedule = queue.scheduleCheckPendingRequests;
  queue.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
}

const TIMEOUT_CHECK_MS = 100;

/** A clock that is set back does not lengthen the time that a request may take, nor one set forward end it. */
function mendRequestTimeout(prototype: object): void {
  const queue = prototype as { scheduleRequestTimeoutCheck(this: RequestQueue): void };
  queue.scheduleRequestTimeoutCheck = function (this: RequestQueue) {
    if (!this.enforceRequestTimeout) return;
    this.destroy();
    const firstSeen = new WeakMap<WaitingRequest, number>();
    const check = () => {
      const now = performance.now();
      for (const request of [...this.inflight.values()]) {
        const since = firstSeen.get(request) ?? now;
        firstSeen.set(request, since);
        if (now - since > request.requestTimeout) request.timeoutRequest();
      }
      if (!this.isConnected()) this.destroy();
    };
    this.requestTimeoutIntervalId = setInterval(check, Math.min(this.requestTimeout, TIMEOUT_CHECK_MS));
  };
}

interface Heartbeating {
  lastRequest: number;
}

/** Heartbeats go on when the clock is set back; the library waits until it has caught up, and loses its session. */
function mendHeartbeat(prototype: object): void {
  const group = prototype as { heartbeat(this: Heartbeating, of: { interval: number }): Promise<void> };
  const { heartbeat } = group;
  group.heartbeat = function (this: Heartbeating, of) {
    if (this.lastRequest > Date.now()) this.lastRequest = 0;
    return heartbeat.call(this, of);
  };
}

interface Authenticated {
  /** By `process.hrtime()`; null before the first time. */
  readonly authenticatedAt: [seconds: number, nanoseconds: number] | null;
  /** What the broker gives a login, a 64-bit number; 0: for as long as the connection stands. */
  readonly sessionLifetime: { toString(): string };
}

/** A connection authenticates again when this share of what the broker allows is over; Java's client waits for 0.85. */
const LOGIN_IS_GOOD_FOR = 0.8;

/**
 * A login is renewed shortly before its end. The library does it ten seconds before; where the broker allows no more than that
 * (or the access token is that old), it logs in again at each request, and is thrown out for doing so twice in a second.
 */
function mendAuthentication(prototype: object): void {
  const connection = prototype as { isAuthenticated(this: Authenticated): boolean };
  connection.isAuthenticated = function (this: Authenticated) {
    if (this.authenticatedAt === null) return false;
    const lifetime = Number(this.sessionLifetime.toString());
    if (lifetime === 0) return true;
    const [seconds, nanoseconds] = process.hrtime(this.authenticatedAt);
    return seconds * 1_000 + nanoseconds / 1e6 < LOGIN_IS_GOOD_FOR * lifetime;
  };
}

type Ask = (of: { nodeId: string; broker: unknown }) => Promise<unknown>;

/**
 * A broker's "no" is said. The library asks one broker after the other and throws away what each of them said, so that a missing
 * ACL reads as if there were no coordinator, and is waited for.
 */
function mendBrokerPool(prototype: object): void {
  const pool = prototype as { withBroker(ask: Ask): Promise<unknown> };
  const { withBroker } = pool;
  pool.withBroker = async function (ask: Ask) {
    let refusal: unknown;
    const answer = await withBroker.call(this, async (of) => {
      try {
        return await ask(of);
      } catch (error) {
        if (isRefusal(error)) refusal = error;
        throw error;
      }
    });
    if (answer === null && refusal !== undefined) throw refusal;
    return answer;
  };
}

/** A broker understood the question and will answer the next one alike. */
function isRefusal(error: unknown): boolean {
  const { type, retriable } = error as { type?: unknown; retriable?: unknown };
  return typeof type === 'string' && retriable === false;
}

interface HalfConnected {
  versions: unknown;
  lookupRequest: { readonly name: string };
}

/**
 * A broker counts as connected only when its versions were read, too. The library goes by the socket alone: when the broker
 * accepts a connection and then does not answer, every later request fails with "Broker not connected", for ever.
 */
function mendBroker(prototype: object): void {
  const broker = prototype as { isConnected(this: HalfConnected): boolean };
  const hasSocket = broker.isConnected;
  broker.isConnected = function (this: HalfConnected) {
    return hasSocket.call(this) && this.lookupRequest.name !== 'notInitializedLookup';
  };
}
