// Findings of a hostile review. Each test states what should hold; each fails on the code as it was reviewed.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeBatch } from '../../../src/kafka/batch-encoder.ts';
import { loadKafkaJs } from '../../../src/kafka/client-library.ts';
import { Fetcher } from '../../../src/kafka/fetcher.ts';
import { TactError } from '../../../src/kernel/errors.ts';
import { shardOf } from '../../../src/kernel/shard-of.ts';
import type { MemoryLog } from '../../../src/memory/memory-log.ts';
import { adoptShard } from '../../../src/shard/adopt.ts';
import { Freshness } from '../../../src/shard/freshness.ts';
import { shardLayout } from '../../../src/shard/layout.ts';
import type { Log, ShardProducer, Transaction } from '../../../src/shard/log.ts';
import type { StateStore } from '../../../src/shard/state-store.ts';
import { policyOf } from '../../support/policies.ts';
import { SETTINGS, SHARDS, ShardWorld, type Told, until } from '../../support/shard-world.ts';

const TWO_A_DAY = policyOf('  - { id: daily, for: { channel: email }, cap: { limit: 2, window: 1d } }');
const CUSTOMERS = Array.from({ length: 9 }, (_, i) => `customer-${i}`);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let world: ShardWorld;
let appended = 0;
beforeEach(() => {
  world = new ShardWorld();
  appended = 0;
});
afterEach(() => Promise.race([world.stop(), sleep(500)]));

function ask(): void {
  for (const customerId of CUSTOMERS)
    world.append('requested', { customerId, channel: 'email' }, appended++ % 5);
}
const settled = () => until('every input has an outcome', () => world.outcomes().size === appended);
const calls = (told: readonly Told[], call: Told['call']) => told.filter((each) => each.call === call);
const states = (told: readonly Told[], shard: number) =>
  calls(told, 'stateChanged')
    .filter(({ args }) => args[0] === shard)
    .map(({ args }) => args.slice(1).join(':'));
const holds = (told: readonly Told[], cause: string) =>
  calls(told, 'stateChanged').filter(({ args }) => args[1] === 'holding' && args[2] === cause).length;

function over(log: MemoryLog, change: Partial<Log>): Log {
  return {
    partitionCounts: (topics) => log.partitionCounts(topics),
    join: (owner) => log.join(owner),
    leave: () => log.leave(),
    confirmMembership: (signal) => log.confirmMembership(signal),
    fetch: (targets, options) => log.fetch(targets, options),
    openProducer: (shard) => log.openProducer(shard),
    groupOffsets: (places) => log.groupOffsets(places),
    saveGroupOffsets: (offsets) => log.saveGroupOffsets(offsets),
    ...change,
  };
}
function overStore(store: StateStore, change: Partial<StateStore>): StateStore {
  return {
    load: (shard, fields) => store.load(shard, fields),
    apply: (shard, state) => store.apply(shard, state),
    view: (shard) => store.view(shard),
    clear: (shard) => store.clear(shard),
    entries: (shard) => store.entries(shard),
    close: () => store.close(),
    ...change,
  };
}
function overProducer(
  producer: ShardProducer,
  change: (transaction: Transaction) => Partial<Transaction>,
): ShardProducer {
  return {
    close: () => producer.close(),
    begin: async () => {
      const transaction = await producer.begin();
      return {
        send: (slices) => transaction.send(slices),
        commit: () => transaction.commit(),
        abort: () => transaction.abort(),
        ...change(transaction),
      };
    },
  };
}

describe('kafkajs inside a transaction', () => {
  it.each([
    ['R1a sends to a slow broker once, although another broker refused the first attempt', 'produce'],
    ['R1b sends to a slow broker once, although the coordinator was still busy for another', 'coordinator'],
  ])('%s', async (_, refusal) => {
    const library = loadKafkaJs();
    const sendMessages = library.moduleAt('producer/sendMessages.js') as (
      o: object,
    ) => (b: object) => Promise<unknown>;
    const createEos = library.moduleAt('producer/eosManager/index.js') as (o: object) => any;
    const createRetry = library.moduleAt('retry/index.js') as (o: object) => unknown;
    const { KafkaJSProtocolError } = library.moduleAt('errors.js') as any;
    const logger = { namespace: () => logger, debug() {}, info() {}, warn() {}, error() {} } as any;
    const produced: { node: string; partition: number; firstSequence: number; count: number }[] = [];
    let refused = false;
    const broker = (nodeId: string, partition: number, slow: number) => ({
      nodeId,
      produce: async ({ topicData }: any) => {
        await sleep(slow);
        if (nodeId === 'B' && refusal === 'produce' && !refused) {
          refused = true;
          throw new KafkaJSProtocolError({
            type: 'NOT_LEADER_FOR_PARTITION',
            code: 6,
            retriable: true,
            message: 'moved',
          });
        }
        for (const { partitions } of topicData)
          for (const p of partitions)
            produced.push({
              node: nodeId,
              partition: p.partition,
              firstSequence: p.firstSequence,
              count: p.messages.length,
            });
        return {
          topics: [{ topicName: 'cleared', partitions: [{ partition, errorCode: 0, baseOffset: '0' }] }],
        };
      },
      addPartitionsToTxn: async ({ topics }: any) => {
        // the end of the transaction before is still being written, as between any two turns
        if (refusal !== 'coordinator' || refused || topics[0].partitions[0] !== 1) return;
        refused = true;
        throw new KafkaJSProtocolError({
          type: 'CONCURRENT_TRANSACTIONS',
          code: 51,
          retriable: true,
          message: 'busy',
        });
      },
      initProducerId: async () => ({ producerId: '7', producerEpoch: 1 }),
    });
    const brokers: Record<string, any> = { A: broker('A', 0, 60), B: broker('B', 1, 1) };
    const cluster = {
      retry: { retries: 5 },
      targetTopics: new Set(['cleared']),
      refreshMetadataIfNecessary: async () => {},
      refreshMetadata: async () => {},
      isConnected: () => true,
      addMultipleTargetTopics: async () => {},
      findTopicPartitionMetadata: () => [{ partitionId: 0 }, { partitionId: 1 }],
      findLeaderForPartitions: () => ({ A: [0], B: [1] }),
      findBroker: async ({ nodeId }: { nodeId: string }) => brokers[nodeId],
      findGroupCoordinator: async () => brokers.A,
      removeBroker() {},
    };
    const eosManager = createEos({ logger, cluster, transactional: true, transactionalId: 'tact-0' });
    await eosManager.initProducerId();
    eosManager.beginTransaction();
    const partitioner = ({ message }: any) => message.partition;
    const retrier = createRetry({
      retries: 20,
      initialRetryTime: 15,
      maxRetryTime: 1_000,
      factor: 0.2,
      multiplier: 1.6,
    });
    const send = sendMessages({ logger, cluster, partitioner, eosManager, retrier });
    await send({
      acks: -1,
      topicMessages: [{ topic: 'cleared', messages: [{ partition: 0 }, { partition: 1 }] }],
    });
    await sleep(100);
    // as reviewed: A appends the same record twice, the second time under the next sequence number
    expect(produced.filter(({ node }) => node === 'A')).toEqual([
      { node: 'A', partition: 0, firstSequence: 0, count: 1 },
    ]);
  });
});

describe('positions', () => {
  it('R2 an idle shard does not hold for ever when retention takes markers and aborted records away', async () => {
    const first = await world.start(TWO_A_DAY);
    await until('all run', () => calls(first.told, 'acquired').length >= SHARDS);
    await first.governor.stop(); // a deploy; its acquires buried aborted records in every re-routed partition
    for (const topic of ['rerouted-interactions', 'rerouted-outbound'])
      for (let p = 0; p < SHARDS; p++)
        world.broker.deleteRecordsBefore(topic, p, world.broker.offsets(topic, p).highWatermark);
    const second = await world.start(TWO_A_DAY);
    await sleep(150);
    expect(holds(second.told, 'position-lost')).toBe(0); // no record was ever in those partitions
  });

  it('R3 the position is believed only together with the watermark', async () => {
    const forgetful = (log: MemoryLog) => over(log, { saveGroupOffsets: async () => {} }); // best effort, may fail
    const first = await world.start(TWO_A_DAY, { log: forgetful });
    ask();
    await settled();
    await first.governor.stop();
    const lost = new Set<number>();
    const caughtUp = new Set<number>();
    await world.start(TWO_A_DAY, {
      log: forgetful,
      store: (store) =>
        overStore(store, {
          apply: async (shard, change) => {
            const applied = await store.apply(shard, change);
            caughtUp.add(shard);
            return applied;
          },
          view: async (shard) => {
            if (caughtUp.has(shard) && !lost.has(shard)) {
              lost.add(shard); // Redis is emptied between the last apply of A3 and the read of A4
              await store.clear(shard);
            }
            return store.view(shard);
          },
        }),
    });
    await until('all lost it once', () => lost.size === SHARDS);
    await sleep(300);
    const doubled = [...world.outcomes().values()].filter((each) => each.length > 1).length;
    expect(doubled).toBe(0);
  });

  it('R4 partitions added to an input that starts at latest lose nothing', async () => {
    await world.stop();
    const inputs = SETTINGS.inputs.map((input) => ({ ...input, start: 'latest' as const }));
    world = new ShardWorld({ inputs });
    const before = (log: MemoryLog) =>
      over(log, {
        partitionCounts: async (topics) =>
          new Map([...(await log.partitionCounts(topics)), ['requested', 4]]),
      });
    const first = await world.start(TWO_A_DAY, { log: before });
    await until('all run', () => calls(first.told, 'acquired').length >= SHARDS);
    world.append('requested', { customerId: 'customer-1', channel: 'email' }, 4); // the new partition
    await sleep(50);
    await first.governor.stop();
    await world.start(TWO_A_DAY);
    await sleep(200);
    expect(world.outcomes().size).toBe(1);
  });

  it('R5 adopt beside a running owner does not move known positions back', async () => {
    const process = await world.start(TWO_A_DAY);
    ask();
    await settled();
    const operator = world.broker.createLog({ applicationId: 'tact', groupId: 'tact', shards: SHARDS });
    const counts = await operator.partitionCounts([
      'requested',
      'interactions',
      'state',
      'rerouted-interactions',
      'rerouted-outbound',
      'cleared',
      'suppressed',
      'dead-letter',
    ]);
    const layout = shardLayout(0, SETTINGS, counts);
    const position = await plannedPosition({
      layout,
      ranges: [],
      lostOffset: () => undefined,
      now: Date.now(),
      read: async function* (from) {
        yield { records: world.broker.read('state', 0, { from }), nextOffset: 0 };
      },
    });
    ask(); // the owner goes on while the operator's command runs
    await settled();
    await writePosition(operator, layout, position, Date.now());
    ask();
    await settled();
    await sleep(200);
    expect([...world.outcomes().values()].filter((each) => each.length > 1).length).toBe(0);
    expect(process.failures).toEqual([]);
  });
});

describe('clocks', () => {
  it('R6 a clock that is an hour off the broker is noticed at acquire', async () => {
    // The broker of the real world stamps nothing: the changelog has CreateTime, so the fence carries our own clock.
    world.now = Date.now() + 3_600_000 - 60_000;
    const process = await world.start(TWO_A_DAY);
    ask();
    await sleep(200);
    expect(holds(process.told, 'clock')).toBeGreaterThan(0);
  });

  it('R7 a clock that leaps ahead in a running shard decides nothing, and holds nothing up once it is right again', async () => {
    const process = await world.start(TWO_A_DAY);
    ask();
    await settled();
    world.now = Date.now() + 50 * 60_000;
    ask();
    await sleep(200);
    world.now = undefined;
    ask();
    await sleep(300);
    expect({ holds: holds(process.told, 'clock'), open: appended - world.outcomes().size }).toEqual({
      holds: 0,
      open: 0,
    });
  });

  it('R8 freshness is not stretched by a clock that is set back', () => {
    const place = { topic: 'interactions', partition: 0 };
    const freshness = new Freshness([place], 5_000);
    freshness.reached(place, 7);
    freshness.saw(place, 7, 1_000_000);
    // 20 s pass without an answer; meanwhile the clock was set back by 50 s, which is within clock.toleranceMs
    expect(freshness.isFresh(1_000_000 + 20_000 - 50_000)).toBe(false);
  });
});

describe('acquire', () => {
  it('R9 an acquire that was overtaken does not clear the store of the owner', async () => {
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let fences = 0;
    const late = await world.start(TWO_A_DAY, {
      log: (log) =>
        over(log, {
          openProducer: async (shard) =>
            overProducer(await log.openProducer(shard), (transaction) => ({
              commit: async () => {
                await transaction.commit();
                fences += 1;
                await gate; // a pause right behind the fence
              },
            })),
        }),
    });
    await until('it has its fences', () => fences >= SHARDS);
    late.log.expireSession();
    const owner = await world.start(TWO_A_DAY);
    ask();
    await settled();
    release();
    await sleep(200);
    const rebuilt = [...calls(late.told, 'note'), ...calls(owner.told, 'note')].filter(
      ({ args }) => args[1] === 'view-rebuilt' && (args[2] as { watermark: number }).watermark > 0,
    );
    expect(rebuilt.length).toBe(0);
    expect(calls(owner.told, 'watermarkMismatch').length).toBe(0);
  });
});

describe('a batch that the broker always refuses', () => {
  it('R10 is backed off from, and said as a hold', async () => {
    const process = await world.start(TWO_A_DAY, {
      log: (log) =>
        over(log, {
          openProducer: async (shard) =>
            overProducer(await log.openProducer(shard), (transaction) => ({
              send: async (slices) => {
                if (
                  slices.some(
                    ({ topic, records }) =>
                      (topic === 'cleared' || topic === 'suppressed') &&
                      records[0]?.key?.toString() !== 'fence',
                  )
                )
                  throw new TactError('transaction-failed', 'MESSAGE_TOO_LARGE');
                return transaction.send(slices);
              },
            })),
        }),
    });
    await until('all run', () => calls(process.told, 'acquired').length >= SHARDS);
    const before = world.broker.offsets('rerouted-outbound', 0).highWatermark;
    world.append('requested', { customerId: 'customer-1', channel: 'email' }, 1);
    const until_ = Date.now() + 2_000;
    while (Date.now() < until_) {
      // ordinary interactions go on
      for (const customerId of CUSTOMERS)
        world.append('interactions', { customerId, type: 'opted-out', channel: 'sms' }, appended++ % 4);
      await sleep(5);
    }
    // `acquiring` is told only when there was no failure before, that is, without any pause
    const unpaused =
      calls(process.told, 'stateChanged').filter(({ args }) => args[1] === 'acquiring').length - SHARDS;
    const buried = world.broker.offsets('rerouted-outbound', 0).highWatermark - before;
    const held = calls(process.told, 'stateChanged').filter(
      ({ args }) => args[1] === 'holding' && args[2] !== 'interactions-behind',
    ).length;
    expect({ unpaused, held: held > 0, buried: buried > 40 }).toEqual({
      unpaused: 0,
      held: true,
      buried: false,
    });
  });
});

describe('the end, and rebalances', () => {
  it('R11 a drain ends although the log does not answer', async () => {
    let hang = false;
    const process = await world.start(TWO_A_DAY, {
      log: (log) =>
        over(log, { openProducer: (shard) => (hang ? new Promise(() => {}) : log.openProducer(shard)) }),
    });
    ask();
    await settled();
    hang = true;
    world.store.clearAll();
    ask();
    await sleep(100);
    const ended = await Promise.race([
      process.governor.stop().then(() => 'ended'),
      sleep(1_500).then(() => 'hangs'),
    ]);
    expect(ended).toBe('ended');
  });

  it('R12 a shard that comes back while its old turn still ends stays visible', async () => {
    let hang: Promise<void> | undefined;
    let release: () => void = () => {};
    let hanging = 0;
    const process = await world.start(TWO_A_DAY, {
      log: (log) =>
        over(log, {
          openProducer: async (shard) =>
            overProducer(await log.openProducer(shard), (transaction) => ({
              commit: async () => {
                if (hang) {
                  hanging += 1;
                  await hang;
                }
                return transaction.commit();
              },
            })),
        }),
    });
    await until('all run', () => calls(process.told, 'acquired').length >= SHARDS);
    hang = new Promise((resolve) => {
      release = resolve;
    });
    ask();
    await until('turns hang', () => hanging >= SHARDS);
    hang = undefined;
    for (let shard = 0; shard < SHARDS; shard++) process.governor.revoked(shard);
    for (let shard = 0; shard < SHARDS; shard++) process.governor.assigned(shard);
    await settled();
    release();
    await sleep(100);
    for (let shard = 0; shard < SHARDS; shard++) expect(states(process.told, shard).at(-1)).toBe('running');
  });

  it('R13 a draining process takes no new shards', async () => {
    let hang = false;
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const leaving = await world.start(TWO_A_DAY, {
      log: (log) =>
        over(log, {
          openProducer: async (shard) =>
            overProducer(await log.openProducer(shard), (transaction) => ({
              commit: async () => {
                if (hang) await gate;
                return transaction.commit();
              },
            })),
        }),
    });
    const other = await world.start(TWO_A_DAY);
    ask();
    await settled();
    hang = true;
    ask();
    await sleep(50);
    const stopping = leaving.governor.stop();
    const before = calls(leaving.told, 'acquireStarted').length;
    world.crash(other); // its shards go to the one that is leaving
    await sleep(50);
    expect(calls(leaving.told, 'acquireStarted').length - before).toBe(0);
    release();
    await stopping;
  });
});

describe('the fetcher', () => {
  it('R14 a partition of a broker that is a little farther away gets its turn under load', async () => {
    let offset = 0;
    const fetcher = new Fetcher(
      {
        know: async () => {},
        refresh: async () => {},
        leaderOf: ({ partition }) => (partition === 0 ? 'near' : 'far'),
        bounds: async () => [{ start: 0, end: 0 }],
        drop: async () => {},
        fetch: async (node, { targets }) => {
          await sleep(node === 'near' ? 1 : 6);
          return {
            clientSideThrottleTime: 0,
            errorCode: 0,
            partitions: targets.map((target) => {
              const batch = encodeBatch([{ key: null, value: null, headers: [], timestamp: 1 }], {
                producerId: -1n,
                producerEpoch: 0,
                firstSequence: 0,
                transactional: false,
              });
              batch.writeBigInt64BE(BigInt(target.offset), 0);
              return {
                topic: target.topic,
                partition: target.partition,
                errorCode: 0,
                highWatermark: 99_999,
                logStartOffset: 0,
                aborted: [],
                recordSet: batch,
              };
            }),
          };
        },
      },
      { maxWaitMs: 100, partitionBytesMax: 1_000, bytesMax: 9_000, committedOnly: true },
    );
    let far = 0;
    for (let turn = 0; turn < 50; turn++) {
      const signal = new AbortController().signal;
      const answers = await fetcher.fetch(
        [
          { topic: 'in', partition: 0, offset },
          { topic: 'in', partition: 1, offset: 0 },
        ],
        { maxWaitMs: 100, signal },
      );
      for (const answer of answers) {
        if (answer.partition === 1) far += 1;
        else if (answer.kind === 'records') offset = answer.nextOffset;
      }
      await sleep(10); // the turn
    }
    fetcher.close();
    expect(far).toBeGreaterThan(0);
  });

  it('R15 a fetch that waits ends in time although the clock was set back meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const fetcher = new Fetcher(
        {
          know: async () => {},
          refresh: async () => {},
          leaderOf: () => '1',
          bounds: async () => [{ start: 0, end: 0 }],
          drop: async () => {},
          fetch: async (_, { targets, maxWaitMs }) => {
            await sleep(Math.max(1, Math.min(maxWaitMs, 20)));
            const partitions = targets.map(({ topic, partition }) => ({
              topic,
              partition,
              errorCode: 0,
              highWatermark: 0,
              logStartOffset: 0,
              aborted: [],
              recordSet: Buffer.alloc(0),
            }));
            return { clientSideThrottleTime: 0, errorCode: 0, partitions };
          },
        },
        { maxWaitMs: 20, partitionBytesMax: 1_000, bytesMax: 9_000, committedOnly: true },
      );
      const call = fetcher.fetch([{ topic: 'in', partition: 0, offset: 0 }], {
        maxWaitMs: 50,
        signal: new AbortController().signal,
      });
      call.catch(() => undefined);
      await sleep(5);
      vi.setSystemTime(Date.now() - 30_000);
      expect(await Promise.race([call.then(() => 'ended'), sleep(1_000).then(() => 'hangs')])).toBe('ended');
      fetcher.close();
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('several outbound partitions in one shard', () => {
  it('R16 a re-routed message is not starved by the backlog of its own shard', async () => {
    const home = shardOf('customer-1', SHARDS);
    const backlog = Array.from({ length: 40 }, (_, i) => `c${i}`).filter(
      (id) => shardOf(id, SHARDS) === home,
    );
    // a producer that is always ahead: the partition never runs dry
    let sent = 0;
    const feed = () => {
      for (let i = 0; i < 2_000; i++) {
        world.append(
          'requested',
          { customerId: backlog[sent++ % backlog.length] as string, channel: 'email' },
          home,
        );
      }
    };
    feed();
    feed();
    world.append('requested', { customerId: 'customer-1', channel: 'email' }, (home + 1) % SHARDS); // alone, re-routed
    const process = await world.start(TWO_A_DAY);
    let fed = 2;
    const took = () =>
      calls(process.told, 'turnFinished')
        .filter(({ args }) => args[0] === home)
        .reduce((sum, { args }) => sum + (args[1] as { records: number }).records, 0);
    const decided = () => world.read('cleared').some(({ key }) => key?.toString() === 'customer-1');
    while (!decided() && fed < 10) {
      if (took() > (fed - 1) * 2_000 - 500) {
        feed();
        fed += 1;
      }
      await sleep(1);
    }
    expect(decided() && took() <= 4_000 ? 'in turn' : `after ${took()} others`).toBe('in turn');
  });
});
