// By what metrics a fault is felt.

/** Transactions that ended in one of these ways. */
export const transactions = (...results) => series('tact_transactions_total', 'result', results);

/** Shards that had to be acquired for one of these causes. */
export const acquires = (...causes) => series('tact_acquires_total', 'cause', causes);

/** Shards that began to hold for one of these causes. */
export const holds = (...causes) => series('tact_holds_total', 'cause', causes);

/** Watermarks that were not where they were expected. */
export const mismatches = (...sides) => series('tact_watermark_mismatches_total', 'side', sides);

/** Either of them. */
export const either = (one, other) => new RegExp(`${one.source}|${other.source}`);

/** All series of the metric, or those of these values of its label. */
function series(name, label, values) {
  return new RegExp(values.length === 0 ? `^${name}\\b` : `^${name}\\{${label}="(${values.join('|')})"\\}`);
}
