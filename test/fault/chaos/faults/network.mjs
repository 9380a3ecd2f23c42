import { setTimeout as pause } from 'node:timers/promises';
import { acquires, either, transactions } from '../signs.mjs';

const END_TXN = 26;
const AMBIGUOUS = transactions('ambiguous');
const NOT_COMMITTED = transactions('aborted', 'ambiguous', 'fenced');
/** What a clogged link does, and a kill does not. */
const CLOGGED = either(NOT_COMMITTED, /^tact_redis_errors_total/);
const SESSION_MS = 6_000;
/** Longer than the transaction time-out, so that the next owner may have settled it or may not. */
const LATE_MS = [300, 14_000];

/** Of the version that is spoken here, the last byte says whether it is a commit or an abort. */
const isCommit = (request) =>
  request.length > 6 && request.readInt16BE(4) === END_TXN && request.at(-1) === 1;

/** Does something to the next commits of one governor, up to one for each broker. */
async function onCommit(world, fateOf, seenBy) {
  const { governor } = world.pickGovernor();
  const { brokers } = world.seatOf(governor);
  const seen = () => brokers.reduce((all, link) => all + seenBy(link), 0);
  const before = seen();
  return world.rises(
    AMBIGUOUS,
    async () => {
      for (const link of brokers) {
        let isDone = false;
        link.judge((request) => {
          if (isDone || !isCommit(request)) return undefined;
          isDone = true;
          return fateOf();
        });
      }
      return world.comes(() => seen() > before);
    },
    { of: [governor] },
  );
}

const answerLost = {
  id: 'F05a',
  title: 'the answer to a commit is lost',
  inject: (world) =>
    onCommit(
      world,
      () => 'lose-answer',
      ({ lostAnswers }) => lostAnswers,
    ),
};

const late = {
  id: 'F05b',
  title: 'a commit is delivered late, when its sender has given it up',
  inject: (world) =>
    onCommit(
      world,
      () => ({ late: world.random.between(...LATE_MS) }),
      ({ lateRequests }) => lateRequests,
    ),
};

const slowBrokers = {
  id: 'F08',
  title: 'every request takes so long that transactions time out',
  async inject(world) {
    const { governor } = world.pickGovernor();
    return world.rises(
      NOT_COMMITTED,
      async () => {
        for (const link of world.seatOf(governor).brokers) link.slow(4_500);
        await pause(25_000);
      },
      { of: [governor] },
    );
  },
};

const apart = (direction) => ({
  id: direction === 'there' ? 'F13a' : 'F13b',
  title: `nothing goes ${direction === 'there' ? 'from a governor to the brokers' : 'from the brokers to a governor'}`,
  async inject(world) {
    const { governor, others } = world.pickGovernor();
    // The others get its shards.
    return world.rises(
      acquires('assigned'),
      async () => {
        for (const link of world.seatOf(governor).brokers) link.hold(direction);
        await pause(SESSION_MS + world.random.between(1_000, 6_000));
        for (const link of world.seatOf(governor).brokers) link.heal();
      },
      { of: others },
    );
  },
});

const oneBrokerApart = {
  id: 'F13c',
  title: 'one governor cannot reach one broker',
  async inject(world) {
    const { governor } = world.pickGovernor();
    const link = world.random.pick(world.seatOf(governor).brokers);
    return world.rises(
      NOT_COMMITTED,
      async () => {
        link.cut();
        await pause(world.random.between(3_000, 9_000));
        link.heal();
      },
      { of: [governor] },
    );
  },
};

const swizzle = {
  id: 'F33',
  title: 'links are clogged one by one and unclogged in another order, and a governor is killed meanwhile',
  async inject(world) {
    const { random } = world;
    const { governor } = world.pickGovernor();
    return world.rises(CLOGGED, async () => {
      const links = random.shuffle(world.stack.links).slice(0, 7);
      for (const link of links) {
        for (const direction of ['there', 'back']) link.hold(direction);
        await pause(random.between(300, 1_200));
      }
      await governor.kill();
      governor.start();
      for (const link of random.shuffle(links)) {
        link.heal();
        await pause(random.between(300, 1_200));
      }
    });
  },
};

export const NETWORK_FAULTS = [
  ...[answerLost, late, slowBrokers],
  ...[apart('there'), apart('back'), oneBrokerApart, swizzle],
].map((fault) => ({ kind: 'network', ...fault }));
