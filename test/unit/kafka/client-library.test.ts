import { createRequire } from 'node:module';
import stock from 'kafkajs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadKafkaJs } from '../../../src/kafka/client-library.ts';

const require = createRequire(import.meta.url);
const Long: { fromValue(value: number): unknown } = require('kafkajs/src/utils/long.js');
const StockQueue: QueueClass = require('kafkajs/src/network/requestQueue/index.js');

type BrokerClass = new (options: object) => { connect(): Promise<void>; readonly versions: unknown };
type GroupClass = new (options: object) => { heartbeat(of: { interval: number }): Promise<void> };
type TimingQueue = new (
  options: object,
) => {
  scheduleRequestTimeoutCheck(): void;
  push(request: {
    entry: { correlationId: number; apiName: string; resolve(): void; reject(reason: unknown): void };
    expectResponse: boolean;
    sendRequest(): void;
  }): void;
  destroy(): void;
};
type QueueClass = new (options: object) => { checkPendingRequests(): void; throttleCheckTimeoutId: unknown };

const library = loadKafkaJs();
const silent = { namespace: () => silent, debug() {}, info() {}, warn() {}, error() {} };

describe('the mended copy of the library', () => {
  afterEach(() => vi.useRealTimers());

  it('leaves the copy that others use as it is', () => {
    expect(library.kafkajs.Kafka).not.toBe(stock.Kafka);
    expect(require('kafkajs').Kafka).toBe(stock.Kafka);
    expect(require('kafkajs/src/network/requestQueue/index.js')).toBe(StockQueue);
  });

  it('sets no timer on an idle connection, where the library sets one after the other', () => {
    const timersOf = (Queue: QueueClass) => {
      vi.useFakeTimers();
      const queue = new Queue({ maxInFlightRequests: 1, requestTimeout: 1_000, logger: silent });
      queue.checkPendingRequests();
      vi.advanceTimersByTime(50);
      const timers = vi.getTimerCount();
      vi.useRealTimers();
      return timers;
    };
    expect(timersOf(StockQueue)).toBe(1);
    expect(timersOf(library.moduleAt('network/requestQueue/index.js') as QueueClass)).toBe(0);
  });

  it('has the same patience under NODE_ENV=test, which a test runner sets', () => {
    expect(process.env.NODE_ENV).toBe('test');
    const stockDefaults = require('kafkajs/src/retry/defaults.js') as { initialRetryTime: number };
    expect(stockDefaults.initialRetryTime).toBe(300);
    expect(library.moduleAt('retry/defaults.test.js')).toEqual(library.moduleAt('retry/defaults.js'));
    expect(library.moduleAt('retry/defaults.js')).toMatchObject({ initialRetryTime: 20 });
  });

  it('asks a broker again that accepted a connection and then did not answer', async () => {
    const afterSilence = async (Broker: BrokerClass) => {
      let asked = 0;
      const answers = { apiVersions: [{ apiKey: 3, minVersion: 0, maxVersion: 5 }] };
      const pool = {
        sasl: null,
        host: 'broker',
        port: 9092,
        isConnected: () => true,
        getConnection: async () => ({
          getSupportAuthenticationProtocol: () => true,
          authenticate: async () => undefined,
        }),
        setVersions() {},
        send: async () => {
          asked += 1;
          if (asked === 1) throw new Error('time-out');
          return answers;
        },
      };
      const broker = new Broker({ connectionPool: pool, logger: silent });
      await broker.connect().catch(() => undefined);
      await broker.connect();
      return broker.versions;
    };
    expect(await afterSilence(require('kafkajs/src/broker/index.js'))).toBeNull();
    expect(await afterSilence(library.moduleAt('broker/index.js') as BrokerClass)).toMatchObject({
      3: { maxVersion: 5 },
    });
  });

  it('keeps the time limit of a request when the clock is set back, which the library stretches', () => {
    const timedOut = (Queue: TimingQueue) => {
      vi.useFakeTimers();
      const queue = new Queue({
        requestTimeout: 1_000,
        enforceRequestTimeout: true,
        logger: silent,
        isConnected: () => true,
      });
      let error: unknown;
      queue.scheduleRequestTimeoutCheck();
      queue.push({
        entry: { correlationId: 1, apiName: 'Metadata', resolve() {}, reject: (reason) => (error = reason) },
        expectResponse: true,
        sendRequest() {},
      });
      vi.advanceTimersByTime(200);
      vi.setSystemTime(Date.now() - 3_600_000);
      vi.advanceTimersByTime(900);
      const early = error;
      vi.advanceTimersByTime(300);
      queue.destroy();
      vi.useRealTimers();
      return { early, error };
    };
    expect(timedOut(StockQueue as unknown as TimingQueue)).toEqual({});
    const mended = library.moduleAt('network/requestQueue/index.js') as TimingQueue;
    expect(timedOut(mended)).toMatchObject({ error: { name: 'KafkaJSRequestTimeoutError' } });
  });

  it('believes in a short login until most of it is over, where the library logs in again at each request', () => {
    const path = 'network/connection.js';
    const loginOf = (connection: unknown) => (ms: number, lifetime: number) => {
      const [seconds, nanoseconds] = process.hrtime();
      const { prototype } = connection as { prototype: { isAuthenticated(): boolean } };
      const login = Object.assign(Object.create(prototype), {
        authenticatedAt: [seconds - ms / 1_000, nanoseconds],
        reauthenticationThreshold: 10_000,
        sessionLifetime: Long.fromValue(lifetime),
      });
      return login.isAuthenticated();
    };
    const [mended, untouched] = [loginOf(library.moduleAt(path)), loginOf(require(`kafkajs/src/${path}`))];
    expect([mended(0, 5_000), untouched(0, 5_000)]).toEqual([true, false]);
    expect(mended(4_100, 5_000)).toBe(false);
    expect(mended(3_000, 5_000)).toBe(true);
    expect(mended(1e9, 0)).toBe(true);
  });

  it('says what a broker refuses, where the library says that there is no coordinator', async () => {
    type Pool = { prototype: { withBroker(ask: () => Promise<unknown>): Promise<unknown> } };
    const ask = (error: object) => (pool: unknown) =>
      Object.assign(Object.create((pool as Pool).prototype), {
        brokers: { 1: {}, 2: {} },
        findBroker: async () => ({}),
      }).withBroker(() => Promise.reject(error));
    const path = 'cluster/brokerPool.js';
    const [mended, untouched] = [library.moduleAt(path), require(`kafkajs/src/${path}`)];
    const refusal = { type: 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED', retriable: false };
    await expect(ask(refusal)(mended)).rejects.toBe(refusal);
    expect(await ask(refusal)(untouched)).toBeNull();
    expect(await ask({ type: 'GROUP_COORDINATOR_NOT_AVAILABLE', retriable: true })(mended)).toBeNull();
  });

  it('goes on with heartbeats when the clock is set back, where the library waits until it has caught up', async () => {
    const beats = async (Group: GroupClass) => {
      vi.useFakeTimers({ toFake: ['Date'] });
      let sent = 0;
      const group = new Group({
        logger: silent,
        retry: {},
        cluster: {},
        topics: [],
        topicConfigurations: {},
        assigners: [],
        instrumentationEmitter: { emit() {} },
      });
      Object.assign(group, { memberId: 'me', coordinator: { heartbeat: async () => (sent += 1) } });
      for (const step of [5_000, -3_600_000, 5_000, 5_000]) {
        vi.setSystemTime(Date.now() + step);
        await group.heartbeat({ interval: 3_000 });
      }
      vi.useRealTimers();
      return sent;
    };
    expect(await beats(require('kafkajs/src/consumer/consumerGroup.js'))).toBe(1);
    expect(await beats(library.moduleAt('consumer/consumerGroup.js') as GroupClass)).toBe(4);
  });
});
