import avro from 'avsc';

/** What the platforms of the fault test write by. */
export const PUSH_REQUEST = {
  type: 'record',
  name: 'PushRequest',
  fields: [
    { name: 'body', type: 'bytes' },
    { name: 'tags', type: { type: 'array', items: 'string' } },
    {
      name: 'device',
      type: {
        type: 'record',
        name: 'Device',
        fields: [
          { name: 'model', type: 'string' },
          { name: 'owner', type: 'string' },
        ],
      },
    },
    { name: 'campaign', type: ['null', 'string'] },
    { name: 'ref', type: 'string' },
  ],
};

export const SHOP_OFFER = {
  type: 'record',
  name: 'ShopOffer',
  fields: [
    { name: 'person', type: 'long' },
    { name: 'by', type: { type: 'enum', name: 'By', symbols: ['M', 'P'] } },
    { name: 'offer', type: 'string' },
    { name: 'campaign', type: 'string' },
    { name: 'price', type: 'double' },
  ],
};

export const ESP_EVENT = {
  type: 'record',
  name: 'EspEvent',
  fields: [
    { name: 'event', type: 'string' },
    { name: 'recipient', type: 'string' },
    { name: 'ref', type: ['null', 'string'] },
    { name: 'at', type: 'long' },
  ],
};

/** Confluent's frame: a zero, the schema id, the value. */
export function confluentWriter(schema, id) {
  const type = avro.Type.forSchema(schema);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(id, 1);
  return (value) => Buffer.concat([head, type.toBuffer(value)]);
}

/** Avro's single-object encoding: two bytes, the fingerprint of the schema, the value. */
export function singleObjectWriter(schema) {
  const type = avro.Type.forSchema(schema);
  const fingerprint = Buffer.alloc(8);
  fingerprint.writeBigUInt64LE(rabin(Buffer.from(JSON.stringify(type.schema()))));
  const head = Buffer.concat([Buffer.of(0xc3, 0x01), fingerprint]);
  return (value) => Buffer.concat([head, type.toBuffer(value)]);
}

const EMPTY = 0xc15d213aa4d7a795n;

/** CRC-64-AVRO, as the Avro specification has it. */
function rabin(bytes) {
  let print = EMPTY;
  for (const byte of bytes) {
    let row = (print ^ BigInt(byte)) & 0xffn;
    for (let bit = 0; bit < 8; bit++) row = (row >> 1n) ^ (EMPTY & -(row & 1n));
    print = (print >> 8n) ^ row;
  }
  return print;
}
