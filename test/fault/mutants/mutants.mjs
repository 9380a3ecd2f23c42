// Each promise of the protocol that is broken on purpose: the fault that makes it matter, the patch that breaks it, and the
// judgement that must turn red. Without the patch the same fault must leave the checker green.
import {
  APPLY_EARLY,
  COMMIT,
  DUE_NOT_DERIVED,
  NO_OWN_FENCE,
  RELEASE_WITHOUT_WATERMARK,
  WAIT_ENDS_IN_STORE_ONLY,
  WATERMARK_NOT_READ,
} from '../../support/broken.mjs';
import { ONE_AT_A_TIME } from './rules.mjs';

const stopHere = `faultPoint('before-commit');`;

/** Where every build of these tests can be stopped or killed: a turn is decided and not yet committed. */
const point = { ...COMMIT, put: `${stopHere} ${COMMIT.find}` };

/**
 * @typedef {object} Mutant
 * @property {string} breaks
 * @property {import('../../support/broken.mjs').Patch[]} sound patches of the unbroken build: only where it can be stopped
 * @property {import('../../support/broken.mjs').Patch[]} broken
 * @property {import('./rules.mjs').Rules} [rules] absent: two e-mails a week
 * @property {string} red id of the judgement
 * @property {(world: import('./world.mjs').World) => Promise<void>} play
 */

/** @type {Record<string, Mutant>} */
export const MUTANTS = {
  'watermark-not-read': {
    breaks: 'the watermark is not compared when states are read',
    sound: [],
    broken: WATERMARK_NOT_READ,
    red: 'limits',
    play: rollRedisBack,
  },
  'no-fence': {
    breaks: 'every process has transactional ids of its own, so that nobody fences anybody',
    sound: [point],
    broken: [
      point,
      { file: 'kafka/kafka-log.js', find: '.applicationId}-', put: `.applicationId}-on-\${process.pid}-` },
    ],
    red: 'outcomes',
    play: stopAndContinue,
  },
  'redis-first': {
    breaks: 'Redis is written before the transaction is committed',
    sound: [point],
    broken: [{ ...COMMIT, put: `${APPLY_EARLY} ${stopHere} ${COMMIT.find}` }],
    red: 'outcomes',
    play: killAndStart,
  },
  'no-own-fence': {
    breaks: 'the changelog is read to its stable end, not to the own fence record',
    sound: [],
    broken: NO_OWN_FENCE,
    red: 'outcomes',
    play: hangTransaction,
  },
  'wait-ends-in-redis-only': {
    breaks: 'the end of a wait is not in the transaction that decides the message, but in Redis alone',
    sound: [],
    broken: WAIT_ENDS_IN_STORE_ONLY,
    rules: ONE_AT_A_TIME,
    red: 'outcomes',
    play: emptyRedisAfterWait,
  },
  'release-without-watermark': {
    breaks: 'the watermark is not compared when what is due is read',
    sound: [],
    broken: RELEASE_WITHOUT_WATERMARK,
    rules: ONE_AT_A_TIME,
    red: 'outcomes',
    play: rollRedisBackInWait,
  },
  'due-not-derived': {
    breaks: 'what is replayed from the changelog does not bring the index of deferred messages back',
    sound: [],
    broken: DUE_NOT_DERIVED,
    rules: ONE_AT_A_TIME,
    red: 'outcomes',
    play: emptyRedisInWait,
  },
};

/** Redis goes back to what it held one message ago, while the governor runs and everybody has reached the limit. */
async function rollRedisBack(world) {
  const one = world.governor('one');
  one.start();
  await world.ask();
  await world.decided();
  const older = await world.copyRedis();
  await world.ask();
  await world.decided();
  await world.restoreRedis(older);
  await world.ask();
  await world.decided();
}

/** A governor with a turn in hand sleeps until another one has taken its shards over, and then goes on with the turn. */
async function stopAndContinue(world) {
  const [one, two] = [world.governor('one'), world.governor('two')];
  one.start();
  await world.ask();
  await world.decided();
  world.signalAt(one, 'before-commit SIGSTOP');
  await world.ask();
  await world.untilStopped(one);
  two.start();
  await world.decided();
  const ended = one.endedTransactions();
  one.signal('SIGCONT');
  await one.endsTransactions(ended);
}

/** A governor dies with a turn decided and not committed; it is started again. */
async function killAndStart(world) {
  const one = world.governor('one');
  one.start();
  await world.ask();
  await world.decided();
  world.signalAt(one, 'before-commit SIGKILL');
  await world.ask();
  await one.ended();
  one.start();
  await one.acquires(world.shards);
  await world.decided();
}

/** A stranger's transaction hangs in the changelog; what is committed behind it stays out of sight. Redis goes back. */
async function hangTransaction(world) {
  const one = world.governor('one');
  one.start();
  await world.ask();
  await world.decided();
  const older = await world.copyRedis();
  const letGo = await world.openTransactionInChangelog();
  await world.ask();
  await world.decided();
  await one.kill();
  await world.restoreRedis(older);
  one.start();
  await one.acquiresOrHolds(world.shards);
  await letGo();
  await world.decided();
}

/** Redis is emptied when what waited has been cleared; the next message makes the shard notice. */
async function emptyRedisAfterWait(world) {
  world.governor('one').start();
  await world.ask();
  await world.decided();
  await world.ask();
  await world.roundsHaveWaited(1);
  await world.decided();
  await world.emptyRedis();
  await world.ask();
  await world.decided();
}

/**
 * Two rounds wait for the same slot. When the first has got it, Redis goes back to where it still waited, and nothing happens
 * in the shard until the second round is due.
 */
async function rollRedisBackInWait(world) {
  world.governor('one').start();
  await world.ask();
  await world.decided();
  await world.ask();
  await world.oneRoundWaits();
  const older = await world.copyRedis();
  await world.ask();
  await world.roundsHaveWaited(1);
  await world.oneRoundWaits();
  await world.restoreRedis(older);
  await world.decided();
}

/** Redis is emptied while a round waits; that it is due makes the shard notice. */
async function emptyRedisInWait(world) {
  world.governor('one').start();
  await world.ask();
  await world.decided();
  await world.ask();
  await world.oneRoundWaits();
  await world.emptyRedis();
  await world.decided();
}
