// The promises of the shard protocol, broken one at a time: exact texts of compiled modules, and what stands there instead.
// The simulation and the real stack break the same things.

/** @typedef {{ file: string, find: string, put: string }} Patch */

const SETTLE = 'shard/settle-turn.js';
const DUE = 'shard/due-messages.js';
const FENCE_MISSING = 'throw fenceMissing(layout, fence);\n}';

/** Where a turn is decided and not yet committed. */
export const COMMIT = { file: SETTLE, find: 'const next = await commit(deps, owned, outputs);' };

/** The store is written before the transaction is committed; it is told so by a watermark that nobody else comes up with. */
export const APPLY_EARLY = `const early = { expected: owned.watermark, next: owned.watermark + 1, log: owned.log, at: now, ...change };
    await apply(deps, owned, early);
    owned.watermark = early.next;`;

/** @type {Patch[]} */
export const WATERMARK_NOT_READ = [
  { file: 'shard/load-fields.js', find: 'if (loaded.watermark !== owned.watermark)', put: 'if (false)' },
];

/** @type {Patch[]} */
export const NO_OWN_FENCE = [
  {
    file: 'shard/changelog-reader.js',
    find: 'fetched && isCurrent(fetched) && fetched.highWatermark <= next',
    put: 'fetched',
  },
  {
    file: 'shard/catch-up.js',
    find: FENCE_MISSING,
    put: `const end = { expected, next: fence.offset + 1, log: fence.log, at: deps.wallClock(), entries: new Map(), due: new Map() };
    await deps.store.apply(layout.shard, end);
    return { fencedAt: fence.before, records };
}`,
  },
];

/** @type {Patch[]} */
export const WAIT_ENDS_IN_STORE_ONLY = [notOnTheChangelog(`value === null && key.startsWith('d:')`)];

/** @type {Patch[]} */
export const RELEASE_WITHOUT_WATERMARK = [
  { file: DUE, find: 'if (answer.watermark !== owned.watermark)', put: 'if (false)' },
  {
    file: DUE,
    find: 'await loadFields(deps, owned, keys)',
    put: `{ kind: 'loaded', values: (await deps.store.load(owned.layout.shard, keys)).values }`,
  },
];

/** @type {Patch[]} */
export const DUE_NOT_DERIVED = [
  {
    file: 'shard/catch-up.js',
    find: '...latestOf(upToFence) }',
    put: '...latestOf(upToFence), due: new Map() }',
  },
];

/**
 * What a turn changes and does not write to the changelog, though it does to the store.
 * @param {string} condition of `key` and `value`
 * @returns {Patch}
 */
export function notOnTheChangelog(condition) {
  const find = 'for (const [key, value] of entries) {';
  return { file: SETTLE, find, put: `${find} if (${condition}) continue;` };
}
