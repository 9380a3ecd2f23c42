import { Findings } from '../judgement.mjs';

/** Keys of the changelog that are not in the view. */
const LOG_ONLY = new Set(['fence', 'log']);
/** Fields of the view that are not on the changelog. */
const VIEW_ONLY = new Set(['watermark', 'log', 'at', 'due']);
/** The fields of deferred messages, which the view counts in `due` and lists in an index of their own. */
const DEFERRED = /^d:/;

/**
 * One shard: its changelog partition, committed records in order, and its hash in Redis.
 * @typedef {object} ShardFacts
 * @property {number} shard
 * @property {{ offset: number, key: Buffer | null, value: Buffer | null }[]} changelog
 * @property {number} end the end of the changelog partition
 * @property {Map<string, Buffer>} hash
 * @property {string[]} [due] the fields in the index of deferred messages
 */

/**
 * I4: Redis is the fold of the changelog, byte for byte: the latest value of every key, removed ones left out; and its
 * watermark stands behind the last record that it keeps, and not beyond the end; and its index lists every deferred message, and no other.
 * @param {ShardFacts[]} shards
 */
export function judgeView(shards) {
  const findings = new Findings();
  for (const facts of shards) {
    findings.count('shards');
    findings.count('changelog records', facts.changelog.length);
    judgeFields(findings, facts);
    judgeWatermark(findings, facts);
    judgeIndex(findings, facts);
  }
  return findings.judgement('view', 'Redis is the fold of the changelog');
}

function judgeFields(findings, { shard, changelog, hash }) {
  const folded = fold(changelog);
  for (const [key, value] of folded) {
    const found = hash.get(key);
    if (found === undefined) findings.violated(`shard ${shard}: ${key} is missing in Redis`);
    else if (!found.equals(value)) findings.violated(`shard ${shard}: ${key} differs in Redis`);
  }
  for (const field of hash.keys()) {
    if (VIEW_ONLY.has(field)) continue;
    findings.count('fields');
    if (!folded.has(field)) findings.violated(`shard ${shard}: ${field} is not on the changelog`);
  }
}

function judgeWatermark(findings, { shard, changelog, end, hash }) {
  const watermark = Number(hash.get('watermark')?.toString() ?? 0);
  // A fence changes nothing in the view: an acquire that was told to stop leaves one behind.
  const last = changelog.findLast(({ key }) => !LOG_ONLY.has(key?.toString() ?? ''));
  const behindLast = (last?.offset ?? -1) + 1;
  if (watermark >= behindLast && watermark <= end) return;
  findings.violated(`shard ${shard}: watermark ${watermark} is not in ${behindLast}..${end}`);
}

function judgeIndex(findings, { shard, changelog, hash, due = [] }) {
  const deferred = [...fold(changelog).keys()].filter((name) => DEFERRED.test(name));
  findings.count('deferred', deferred.length);
  const counted = Number(hash.get('due')?.toString() ?? 0);
  if (counted !== deferred.length)
    findings.violated(`shard ${shard}: ${deferred.length} messages wait, and the count says ${counted}`);
  for (const field of deferred)
    if (!due.includes(field)) findings.violated(`shard ${shard}: ${field} is not in the index`);
  for (const field of due)
    if (!deferred.includes(field))
      findings.violated(`shard ${shard}: ${field} is in the index and waits no more`);
}

function fold(changelog) {
  const latest = new Map();
  for (const { key, value } of changelog) {
    const name = key?.toString('utf8') ?? '';
    if (LOG_ONLY.has(name)) continue;
    if (value === null) latest.delete(name);
    else latest.set(name, value);
  }
  return latest;
}
