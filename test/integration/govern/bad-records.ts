import { DAY } from '../../../src/kernel/time.ts';
import type { OutputRecord } from '../../../src/model/record.ts';
import type { ReadFailureReason } from '../../../src/records/reader.ts';
import { avroText, long } from '../../fixtures/records/records.ts';
import { framed } from '../../support/fake-registry.ts';
import { message } from '../../support/govern-world.ts';

export const KNOWN_SCHEMA_ID = 1;
const UNKNOWN_SCHEMA_ID = 77;
const YEAR_9999 = Date.UTC(9999, 11, 31);

/** Lists come first, so that whoever believes their length never comes to the rest. */
export const SCHEMA = {
  type: 'record',
  name: 'Sent',
  fields: [
    { name: 'nothings', type: { type: 'array', items: 'null' } },
    { name: 'categories', type: { type: 'array', items: 'string' } },
    { name: 'customerId', type: 'string' },
    { name: 'channel', type: 'string' },
  ],
};

/** Stands in every bad value; what is said about it never repeats it. */
export const SECRET = 'canary-of-a-value';

export interface GivenRecord {
  readonly what: string;
  readonly record: Partial<OutputRecord>;
  /** What becomes of it. */
  readonly becomes: 'cleared' | ReadFailureReason;
}

/** `n` makes ids that no other round has. */
export function givenRecords(n: number): GivenRecord[] {
  return [...unreadable(), ...unusual(n)];
}

function unreadable(): GivenRecord[] {
  return [
    {
      what: 'an unknown schema',
      record: { value: framed(UNKNOWN_SCHEMA_ID, avroText(SECRET)) },
      becomes: 'unknown-schema',
    },
    {
      what: 'truncated Avro',
      record: { value: framed(KNOWN_SCHEMA_ID, avroOf(SECRET).subarray(0, -9)) },
      becomes: 'malformed',
    },
    { what: 'two billion nothings', record: { value: billions(0) }, becomes: 'malformed' },
    { what: 'two billion texts', record: { value: billions(1) }, becomes: 'malformed' },
    { what: 'no value', record: { key: Buffer.from('someone') }, becomes: 'null-value' },
    { what: 'no customer', record: json({ channel: 'email', note: SECRET }), becomes: 'no-customer' },
    { what: 'no channel', record: json({ customerId: SECRET }), becomes: 'no-channel' },
    {
      what: 'broken JSON',
      record: { value: Buffer.from(`{"customerId":"${SECRET}",`) },
      becomes: 'malformed',
    },
    { what: 'some text', record: { value: Buffer.from(SECRET) }, becomes: 'unknown-format' },
    {
      what: 'a list for a channel',
      record: json({ customerId: SECRET, channel: [SECRET] }),
      becomes: 'bad-field',
    },
    {
      what: 'made in the year 9999',
      record: json(message(SECRET, { createdAt: YEAR_9999 })),
      becomes: 'bad-timestamp',
    },
    {
      what: 'a record of the year 9999',
      record: { ...json(message(SECRET)), timestamp: YEAR_9999 },
      becomes: 'bad-timestamp',
    },
  ];
}

function unusual(n: number): GivenRecord[] {
  const createdAt = Date.now() - DAY / 2;
  return [
    { what: 'a good one', record: json(message(`good-${n}`)), becomes: 'cleared' },
    {
      what: 'good Avro',
      record: { value: framed(KNOWN_SCHEMA_ID, avroOf(`avro-${n}`)) },
      becomes: 'cleared',
    },
    {
      what: 'a key that names nobody',
      record: { ...json(message(`keyed-${n}`)), key: Buffer.from([0xff, 0, 0xfe]) },
      becomes: 'cleared',
    },
    {
      what: 'a record of the year 9999 that says when it was made',
      record: { ...json(message(`late-${n}`, { createdAt })), timestamp: YEAR_9999 },
      becomes: 'cleared',
    },
    {
      what: 'headers without value, and twice the same',
      record: {
        ...json(message(`headers-${n}`)),
        headers: [
          { name: 'empty', value: null },
          { name: 'twice', value: Buffer.from('1') },
          { name: 'twice', value: Buffer.from('2') },
          { name: 'tact-source', value: Buffer.from('a/0/0') },
        ],
      },
      becomes: 'cleared',
    },
  ];
}

function json(value: Record<string, unknown>): { value: Buffer } {
  return { value: Buffer.from(JSON.stringify(value)) };
}

function avroOf(customerId: string): Buffer {
  return Buffer.concat([long(0), long(0), avroText(customerId), avroText('email')]);
}

/** Seven bytes: so many empty lists before one that claims two billion items. */
function billions(listsBefore: number): Buffer {
  const before = Array.from({ length: listsBefore }, () => long(0));
  const after = Array.from({ length: 2 - listsBefore }, () => long(0));
  return framed(KNOWN_SCHEMA_ID, Buffer.concat([...before, long(2_000_000_000), ...after]));
}
