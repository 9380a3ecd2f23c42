import { setTimeout as pause } from 'node:timers/promises';
import { mismatches } from '../signs.mjs';

const ERRORS = /^tact_redis_errors_total/;
const BEHIND = mismatches('behind');

/** The call of the one script that writes; its text is in the build, so its hash is known when a round is. */
const isApply = (sha) => (request) => request.subarray(0, 200).toString('latin1').includes(sha);

/** A setting of Redis for a while. */
async function configured(node, name, value, work) {
  const [, before] = await node.call('CONFIG', 'GET', name);
  await node.call('CONFIG', 'SET', name, value);
  try {
    return await work();
  } finally {
    await node.call('CONFIG', 'SET', name, before);
  }
}

const killed = {
  id: 'F14',
  title: 'Redis is killed and starts with its append-only file',
  inject: (world) =>
    world.rises(ERRORS, async () => {
      const { primary } = world.stack.redis;
      await primary.kill();
      await pause(world.random.between(500, 4_000));
      await primary.startAgain();
    }),
};

const failedOver = {
  id: 'F15',
  title: 'Redis fails over to a replica that lags: state is lost',
  async inject(world) {
    const { redis, seats } = world.stack;
    const watermarks = (node) => node.watermarks(world.run, world.shards);
    await redis.part();
    const kept = await watermarks(redis.replica);
    const isAhead = async () =>
      (await watermarks(redis.primary)).some((watermark, shard) => watermark > kept[shard]);
    const isBehind = await world.comes(isAhead);
    await pause(world.random.between(0, 4_000));
    await redis.primary.kill();
    redis.exchange();
    const noticed = await world.rises(BEHIND, async () => {
      for (const seat of seats) seat.redis.leadTo(redis.primary.port);
    });
    await redis.replica.startAgain();
    await redis.follow();
    return isBehind && noticed;
  },
};

const emptied = {
  id: 'F17a',
  title: 'Redis is emptied',
  inject: (world) => world.rises(BEHIND, () => world.stack.redis.primary.call('FLUSHALL')),
};

const oneKeyLost = {
  id: 'F17b',
  title: "one shard's key is deleted",
  inject: (world) =>
    world.rises(BEHIND, () =>
      world.stack.redis.primary.call('DEL', `${world.run}:{${world.random.between(0, world.shards)}}`),
    ),
};

const evicting = {
  id: 'F17c',
  title: 'Redis evicts keys',
  async inject(world) {
    const { primary } = world.stack.redis;
    const before = await primary.stat('evicted_keys');
    const noticed = await world.rises(BEHIND, () =>
      configured(primary, 'maxmemory-policy', 'allkeys-random', () =>
        configured(primary, 'maxmemory', '1500000', () =>
          world.comes(async () => (await primary.stat('evicted_keys')) > before),
        ),
      ),
    );
    return noticed && (await primary.stat('evicted_keys')) > before;
  },
};

const slow = {
  id: 'F18',
  title: 'Redis answers nothing for a while',
  inject: (world) =>
    world.rises(ERRORS, async () => {
      const { primary } = world.stack.redis;
      primary.signal('SIGSTOP');
      await pause(world.random.between(1_500, 12_000));
      primary.signal('SIGCONT');
    }),
};

const answerLost = {
  id: 'F19',
  title: 'a write to Redis takes place and its answer is lost',
  async inject(world) {
    const { governor } = world.pickGovernor();
    const link = world.seatOf(governor).redis;
    const before = link.lostAnswers;
    const isWrite = isApply(await world.applySha());
    return world.rises(
      ERRORS,
      async () => {
        let isDone = false;
        link.judge((request) => {
          if (isDone || !isWrite(request)) return undefined;
          isDone = true;
          return 'lose-answer';
        });
        return world.comes(() => link.lostAnswers > before);
      },
      { of: [governor] },
    );
  },
};

const twoPrimaries = {
  id: 'F20',
  title: 'two primaries: one governor writes to the one, the others to the other',
  async inject(world) {
    const { redis } = world.stack;
    const { governor, others } = world.pickGovernor();
    return world.rises(mismatches(), async () => {
      await redis.part();
      world.seatOf(governor).redis.leadTo(redis.replica.port);
      // Its shards go to the others, who look elsewhere; and come back.
      await pause(4_000);
      await governor.kill();
      await Promise.all(others.map((other) => other.takesTurns()));
      governor.start();
      await governor.takesTurns();
      world.seatOf(governor).redis.leadTo(redis.primary.port);
      await redis.follow();
    });
  },
};

/** Redis refuses in its own words for a while. */
const REFUSALS = 'Redis answers READONLY, OOM or NOPERM, or forgets the scripts';

const refusing = (kind, refuse) => ({
  id: `F21 ${kind}`,
  family: REFUSALS,
  title: `Redis answers ${kind}`,
  async inject(world) {
    const { primary } = world.stack.redis;
    const before = await primary.errors(kind);
    let isSeen = false;
    return world.rises(ERRORS, async () => {
      await refuse(world, primary, async () => {
        isSeen = await world.comes(async () => (await primary.errors(kind)) > before, 10_000);
      });
      return isSeen;
    });
  },
});

const readOnly = refusing('READONLY', async ({ stack }, primary, seen) => {
  await stack.redis.part();
  await primary.call('REPLICAOF', '127.0.0.1', String(stack.redis.replica.port));
  await seen();
  await stack.redis.follow();
});

const outOfMemory = refusing('OOM', (_, primary, seen) => configured(primary, 'maxmemory', '1000000', seen));

const notAllowed = refusing('NOPERM', async (_, primary, seen) => {
  await primary.call('ACL', 'SETUSER', 'default', '-evalsha', '-hmget');
  await seen();
  await primary.call('ACL', 'SETUSER', 'default', '+@all');
});

const scriptsLost = {
  id: 'F21 NOSCRIPT',
  family: REFUSALS,
  title: 'Redis forgets the scripts',
  async inject(world) {
    const { primary } = world.stack.redis;
    const before = await primary.errors('NOSCRIPT');
    await primary.call('SCRIPT', 'FLUSH');
    return world.comes(async () => (await primary.errors('NOSCRIPT')) > before);
  },
};

const diskFull = {
  id: 'F30b',
  title: "Redis' disk is full",
  async inject(world) {
    const { disks, redis, seats } = world.stack;
    if (!disks.redis.isBounded) return false;
    await redis.prefer(disks.redis.folder);
    for (const seat of seats) seat.redis.leadTo(redis.primary.port);
    const before = await redis.primary.errors('MISCONF');
    return world.rises(ERRORS, async () => {
      disks.redis.fill();
      const isSeen = await world.comes(async () => (await redis.primary.errors('MISCONF')) > before);
      disks.redis.free();
      return isSeen;
    });
  },
};

export const REDIS_FAULTS = [
  ...[killed, failedOver, emptied, oneKeyLost, evicting, slow, answerLost, twoPrimaries],
  ...[readOnly, outOfMemory, notAllowed, scriptsLost, diskFull],
].map((fault) => ({ kind: 'redis', ...fault }));
