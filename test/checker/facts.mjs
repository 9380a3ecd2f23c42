// What is read from the topics and from Redis before anything is judged.

/**
 * A record of an input topic. What it is, its producer said in `load-*` headers, which a governor does not look at.
 * @typedef {object} Input
 * @property {string} source `topic/partition/offset`
 * @property {string} from `topic/partition`
 * @property {number} offset
 * @property {number} timestamp
 * @property {Buffer | null} key
 * @property {Buffer | null} value
 * @property {Header[]} headers
 * @property {string} kind `message`, `interaction` or `unreadable`; anything else is a mistake of the load
 * @property {string} customer
 * @property {Record<string, string>} labels every other `load-*` header, by its name without the prefix
 *
 * A record of an output topic.
 * @typedef {object} Outcome
 * @property {Outlet} outlet
 * @property {string} topic
 * @property {number} partition
 * @property {number} offset
 * @property {number} timestamp
 * @property {Buffer | null} key
 * @property {Buffer | null} value
 * @property {Header[]} headers
 * @property {string | undefined} source the last `tact-source` header
 * @property {number | undefined} decidedAt the last `tact-decided-at` header, in milliseconds
 * @property {string | undefined} why the last `tact-why` header
 * @property {boolean} waited whether it was deferred before: the `tact-waiting-since` header
 *
 * A record of a re-routed topic.
 * @typedef {{ source: string | undefined, partition: number }} Rerouted
 *
 * @typedef {'cleared' | 'suppressed' | 'dead-letter'} Outlet
 * @typedef {{ name: string, value: Buffer | null }} Header
 */

const LOAD = 'load-';

/**
 * @param {import('./wire/cluster.mjs').TopicRecord} record
 * @returns {Input}
 */
export function inputOf(record) {
  const labels = {};
  for (const { name, value } of record.headers) {
    if (name.startsWith(LOAD)) labels[name.slice(LOAD.length)] = value?.toString('utf8') ?? '';
  }
  const { kind = 'unlabelled', customer = '', ...rest } = labels;
  const { offset, timestamp, key, value, headers } = record;
  const from = `${record.topic}/${record.partition}`;
  return {
    source: `${from}/${offset}`,
    from,
    offset,
    timestamp,
    key,
    value,
    headers,
    kind,
    customer,
    labels: rest,
  };
}

/**
 * @param {Outlet} outlet
 * @param {import('./wire/cluster.mjs').TopicRecord} record
 * @returns {Outcome}
 */
export function outcomeOf(outlet, record) {
  const decidedAt = text(record.headers, 'tact-decided-at');
  const { topic, partition, offset, timestamp, key, value, headers } = record;
  const source = text(headers, 'tact-source');
  const at = decidedAt === undefined ? undefined : Date.parse(decidedAt);
  const why = text(headers, 'tact-why');
  const waited = text(headers, 'tact-waiting-since') !== undefined;
  const place = { outlet, topic, partition, offset, timestamp };
  return { ...place, key, value, headers, source, decidedAt: at, why, waited };
}

/** @param {import('./wire/cluster.mjs').TopicRecord} record */
export function sourceOf(record) {
  return text(record.headers, 'tact-source');
}

function text(headers, name) {
  return headers.findLast((header) => header.name === name)?.value?.toString('utf8');
}
