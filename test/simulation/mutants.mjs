// Every promise of the protocol that the simulation can break: how, and within how many seeds it has to notice.
import {
  APPLY_EARLY,
  COMMIT,
  DUE_NOT_DERIVED,
  NO_OWN_FENCE,
  notOnTheChangelog,
  RELEASE_WITHOUT_WATERMARK,
  WAIT_ENDS_IN_STORE_ONLY,
  WATERMARK_NOT_READ,
} from '../support/broken.mjs';

const COORDINATOR = 'memory/transaction-coordinator.js';
const STORE = 'memory/memory-state-store.js';
const ACQUIRE = 'shard/acquire.js';
const OPENING = 'const producer = await deps.log.openProducer(layout.shard);';

/**
 * @typedef {object} Mutant
 * @property {string} breaks
 * @property {import('../support/broken.mjs').Patch[]} patches of the compiled sources
 * @property {number} within seeds from 1 on
 */

/** @type {Record<string, Mutant>} */
export const MUTANTS = {
  'watermark-not-read': {
    breaks: 'the watermark is not compared when states are read',
    patches: WATERMARK_NOT_READ,
    within: 200,
  },
  'plain-write': {
    breaks: 'the store is written whatever its watermark is',
    patches: [{ file: STORE, find: 'if (hash.watermark !== expected)', put: 'if (false)' }],
    within: 100,
  },
  'watermark-apart': {
    breaks: 'the store loses its states and keeps its watermark',
    patches: [
      {
        file: STORE,
        find: 'this.#shards.clear();',
        put: 'for (const { fields } of this.#shards.values()) fields.clear();',
      },
    ],
    within: 50,
  },
  'no-fence': {
    breaks: 'a producer that was fenced goes on',
    patches: [
      {
        file: COORDINATOR,
        find: 'if (entry?.epoch === epoch)\n            return entry;',
        put: 'if (entry) return entry;',
      },
    ],
    within: 800,
  },
  'id-per-process': {
    breaks: 'every process has transactional ids of its own, so that nobody fences anybody',
    patches: [
      {
        file: 'memory/memory-log.js',
        find: '{applicationId}-',
        put: '{applicationId}-on-' + `$` + '{this.#broker.memberId}-',
      },
    ],
    within: 800,
  },
  'store-first': {
    breaks: 'the store is written before the transaction is committed',
    patches: [{ ...COMMIT, put: `${APPLY_EARLY} ${COMMIT.find}` }],
    within: 20,
  },
  'no-own-fence': {
    breaks: 'the changelog is read to its stable end, not to the own fence record',
    patches: NO_OWN_FENCE,
    within: 1_000,
  },
  'producer-used-again': {
    breaks: 'after a commit without an answer the same producer tries again',
    patches: [
      {
        ...COMMIT,
        put: `const again = (error) => { if (error.code !== 'commit-ambiguous') throw error; return commit(deps, owned, outputs); };
    const next = await commit(deps, owned, outputs).catch(again);`,
      },
    ],
    within: 100,
  },
  'position-in-store-only': {
    breaks: 'the position is not in the transaction, but in the store alone',
    patches: [notOnTheChangelog(`key === 'position'`)],
    within: 20,
  },
  'half-a-position': {
    breaks: 'the transaction has the position of the interactions only',
    patches: [
      {
        file: 'shard/commit-position.js',
        find: '...inbox.offsets()]',
        put: '...[...inbox.offsets()].map(([key, offset]) => [key, key.startsWith("requested") ? 0 : offset])]',
      },
    ],
    within: 20,
  },
  'states-in-store-only': {
    breaks: 'states are not in the transaction, but in the store alone',
    patches: [notOnTheChangelog(`key !== 'position'`)],
    within: 20,
  },
  'position-before-fencing': {
    breaks: 'where to read on is looked up before the older owner is fenced',
    patches: [
      {
        file: ACQUIRE,
        find: OPENING,
        put: `(globalThis.early ??= new WeakMap()).set(signal, (await deps.store.load(layout.shard, ['position'])).values[0]); ${OPENING}`,
      },
      {
        file: ACQUIRE,
        find: 'const { position } = caughtUp;',
        put: 'const early = globalThis.early.get(signal); const position = early ? decodePosition(early) : caughtUp.position;',
      },
      { file: ACQUIRE, find: 'import { partitionKey }', put: 'import { decodePosition, partitionKey }' },
    ],
    within: 100,
  },
  'error-is-never-seen': {
    breaks: 'a customer whose state could not be read is taken for one who was never seen',
    patches: [
      {
        file: 'shard/load-fields.js',
        find: 'await deps.store.load(owned.layout.shard, fields);',
        put: 'await deps.store.load(owned.layout.shard, fields).catch(() => ({ watermark: owned.watermark, values: fields.map(() => null) }));',
      },
    ],
    within: 1_000,
  },
  'freshness-ignored': {
    breaks: 'messages are decided however old the knowledge of the interactions is',
    patches: [
      { file: 'shard/freshness.js', find: 'return this.age(now) <= this.#maxAge;', put: 'return true;' },
    ],
    within: 500,
  },
  'stable-end-is-enough': {
    breaks: 'interactions are read to the stable end only, which a transaction upstream holds back',
    patches: [
      {
        file: 'shard/rounds.js',
        find: 'freshness.saw(fetched, fetched.highWatermark,',
        put: 'freshness.saw(fetched, fetched.nextOffset,',
      },
    ],
    within: 1_000,
  },
  'wait-ends-in-store-only': {
    breaks: 'the end of a wait is not in the transaction that decides the message, but in the store alone',
    patches: WAIT_ENDS_IN_STORE_ONLY,
    within: 50,
  },
  'release-without-watermark': {
    breaks: 'the watermark is not compared when what is due is read',
    patches: RELEASE_WITHOUT_WATERMARK,
    within: 2_000,
  },
  'due-not-derived': {
    breaks: 'what is replayed from the changelog does not bring the index of what waits back',
    patches: DUE_NOT_DERIVED,
    within: 100,
  },
  'opt-in-by-arrival': {
    breaks: 'an opt-in takes back what is newer than itself',
    patches: [
      {
        file: 'decide/opt-outs.js',
        find: 'some(({ at, scope }) => at > optOut.at && ',
        put: 'some(({ scope }) => ',
      },
      {
        file: 'decide/fold.js',
        find: 'takeBack(consented, reachOf(folding), folding.saidAt);',
        put: 'takeBack(consented, reachOf(folding), folding.now);',
      },
    ],
    within: 100,
  },
  'clock-not-compared': {
    breaks: 'a clock that was set is believed',
    patches: [{ file: 'shard/clock.js', find: 'if (leap > this.#tolerance)', put: 'if (false)' }],
    within: 100,
  },
  'clock-compared-late': {
    breaks: 'a clock is watched only when the store has caught up',
    patches: [
      { file: ACQUIRE, find: 'const clock = new ShardClock(deps, deps.settings.clockTolerance);', put: '' },
      {
        file: ACQUIRE,
        find: 'clock.goOnFrom(position?.now ?? 0);',
        put: 'const clock = new ShardClock(deps, deps.settings.clockTolerance); clock.goOnFrom(position?.now ?? 0);',
      },
    ],
    within: 100,
  },
  'standstill-unnoticed': {
    breaks: 'a partition that gives nothing is asked for ever',
    patches: [{ file: 'shard/standstill.js', find: 'if (now - since > LONGEST)', put: 'if (false)' }],
    within: 1_000,
  },
  'sleeper-calls-operator': {
    breaks: 'a process that was overtaken asleep says that something was lost',
    patches: [
      { file: 'shard/ownership.js', find: 'if (!needsOperator(holdCauseOf(error)))', put: 'if (true)' },
    ],
    within: 20,
  },
};

/** The checker is broken itself: it takes for an outcome what was aborted. */
export const UNCOMMITTED_READER = [
  { file: 'ledger.js', find: 'const { lastStableOffset }', put: 'const { highWatermark: lastStableOffset }' },
  { file: 'ledger.js', find: '{ from }', put: `{ from, isolation: 'read_uncommitted' }` },
];
