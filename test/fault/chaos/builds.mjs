// The builds that governors of the chaos run: they can be killed at each step of a turn and of an acquire, and they know the
// next version of the state, which only the newer one writes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, copyBuild, mainOf } from '../build-copy.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** @param {string} file @param {string} find @param {string} put @param {string} [before] is reached first, @param {string} [after] then */
const at = (file, find, { before, after }) => ({
  file,
  find,
  put: [before && `faultPoint('${before}');`, find, after && `faultPoint('${after}');`]
    .filter(Boolean)
    .join(' '),
});

const TURN = 'shard/turn.js';
const SETTLE = 'shard/settle-turn.js';
const ACQUIRE = 'shard/acquire.js';

/** @type {import('../../support/broken.mjs').Patch[]} */
const POINTS = [
  at(TURN, 'const policy = deps.policy();', { before: 'turn-fetched' }),
  at(TURN, "watch.lap('load');", { before: 'turn-loaded' }),
  at(TURN, 'addUndecided(draft, sorted);\n    const', { before: 'turn-decided' }),
  at('shard/transaction.js', 'const transaction = await owned.producer.begin();', { after: 'turn-begun' }),
  at('shard/transaction.js', 'await transaction.commit();', {
    before: 'turn-sent',
    after: 'turn-committed',
  }),
  at(SETTLE, 'if (!applied.applied)', { before: 'turn-applied' }),
  at('shard/release.js', 'const policy = deps.policy();', { before: 'release-begun' }),
  at(ACQUIRE, 'const producer = await deps.log.openProducer(layout.shard);', {
    before: 'acquire-begun',
    after: 'acquire-producer-opened',
  }),
  at(ACQUIRE, 'await touch(deps, layout.outputs, producer);', { after: 'acquire-buried' }),
  at(ACQUIRE, 'const [base] = await transaction.send(', { before: 'acquire-fence-begun' }),
  at(ACQUIRE, 'await transaction.commit();', { before: 'acquire-fence-sent', after: 'acquire-fenced' }),
  at('shard/catch-up.js', 'records += upToFence.length;', { before: 'acquire-catching-up' }),
  at(ACQUIRE, 'checkBrokerClock(caughtUp', { before: 'acquire-caught-up' }),
  at(ACQUIRE, 'clock.goOnFrom(', { before: 'acquire-position-known' }),
];

/** The names of all steps at which a governor can be killed. */
export const POINT_NAMES = POINTS.flatMap(({ put }) =>
  [...put.matchAll(/faultPoint\('([^']+)'\)/g)].map(([, name]) => name),
);

/** The version of the state that the next release writes. */
export const NEXT_VERSION = 4;
/** A field that no release knows, with a default. */
const NEXT_FIELD = { name: 'mood', type: 'string', default: 'calm', doc: 'Of the next release.' };

/**
 * Builds the present release and the next one, which writes a newer version of the state.
 * @param {string} folder
 * @returns {{ present: string, next: string }} their main modules
 */
export function buildBoth(folder) {
  const plain = join(folder, 'plain');
  build(plain);
  const nextState = JSON.parse(readFileSync(join(ROOT, 'schemas', 'CustomerState.avsc'), 'utf8'));
  nextState.fields.push(NEXT_FIELD);
  const text = JSON.stringify(JSON.stringify(nextState));
  const reads = {
    file: 'records/state-codec.js',
    find: "    tactSchemaText('CustomerState'),\n]);",
    put: `    tactSchemaText('CustomerState'),\n    ${text},\n]);\nconst present = createStateCodec([\n    tactSchemaText('CustomerState.v1'),\n    tactSchemaText('CustomerState.v2'),\n    tactSchemaText('CustomerState'),\n]);`,
  };
  const writesPresent = {
    file: 'records/state-codec.js',
    find: 'return codec.encode(state);',
    put: 'return present.encode(state);',
  };
  const writesNext = {
    file: 'records/state-codec.js',
    find: 'return codec.encode(state);',
    put: `return codec.encode({ ${NEXT_FIELD.name}: '${NEXT_FIELD.default}', ...state });`,
  };
  copyBuild(plain, join(folder, 'present'), [...POINTS, reads, writesPresent]);
  copyBuild(plain, join(folder, 'next'), [...POINTS, reads, writesNext]);
  return { present: mainOf(join(folder, 'present')), next: mainOf(join(folder, 'next')) };
}
