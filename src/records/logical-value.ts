import { DAY } from '../kernel/time.ts';
import { Malformed } from './unreadable.ts';

const DECIMAL_BYTES_MAX = 32;

/** Dates and finer timestamps as milliseconds since the epoch, rounded down; decimals as numbers, or bigints where whole. */
export function convertLogical(name: string, scale: number, value: unknown): unknown {
  if (name === 'decimal') return value instanceof Uint8Array ? decimal(value, scale) : value;
  if (typeof value !== 'number' && typeof value !== 'bigint') return value;
  switch (name) {
    case 'date':
      return Number(value) * DAY;
    case 'timestamp-micros':
      return Math.floor(Number(value) / 1_000);
    case 'timestamp-nanos':
      return Number(BigInt(value) / 1_000_000n);
    default:
      return value;
  }
}

function decimal(bytes: Uint8Array, scale: number): number | bigint {
  if (bytes.length > DECIMAL_BYTES_MAX)
    throw new Malformed(`a decimal of more than ${DECIMAL_BYTES_MAX} bytes`);
  if (bytes.length === 0) return 0;
  const unscaled = BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
  return scale === 0 ? unscaled : Number(unscaled) / 10 ** scale;
}
