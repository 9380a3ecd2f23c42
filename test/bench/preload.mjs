import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import avro from 'avsc';
import { Partitioners } from 'kafkajs';
import { kafkaOf } from '../fault/producers.mjs';
import { Random } from '../support/random.mjs';

export const SCHEMA_ID = 1;
const CHUNK = 4_000;
const CUSTOMERS = 20_000;
const CAMPAIGNS = 40;

/** What a platform might write: some 300 bytes with its frame, most of them content that no decision looks at. */
const SCHEMA = {
  type: 'record',
  name: 'Offer',
  fields: [
    { name: 'messageId', type: 'string' },
    { name: 'customerId', type: 'string' },
    { name: 'channel', type: 'string' },
    { name: 'campaignId', type: 'string' },
    { name: 'categories', type: { type: 'array', items: 'string' } },
    { name: 'payload', type: 'bytes' },
  ],
};
const CHANNELS = ['email', 'email', 'push', 'sms'];
const CATEGORIES = ['shoes/running', 'shoes/hiking', 'jackets', 'sale'];

export function writeSchema(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'offer.avsc'), JSON.stringify(SCHEMA));
}

/** Puts so many messages onto the topic, keyed by the customer, and resolves when all are acknowledged. */
export async function preload({ kafka, topic, messages }) {
  const type = avro.Type.forSchema(SCHEMA);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(SCHEMA_ID, 1);
  const random = new Random(7);
  const payload = Buffer.alloc(220, 0x61);
  const producer = kafkaOf(kafka, 'bench-preload').producer({
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  for (let from = 0; from < messages; from += CHUNK) {
    const chunk = Array.from({ length: Math.min(CHUNK, messages - from) }, (_, i) => {
      const customerId = `customer-${random.between(0, CUSTOMERS)}`;
      const value = type.toBuffer({
        messageId: `message-${from + i}`,
        customerId,
        channel: random.pick(CHANNELS),
        campaignId: `campaign-${random.between(0, CAMPAIGNS)}`,
        categories: [random.pick(CATEGORIES)],
        payload,
      });
      return { key: customerId, value: Buffer.concat([head, value]) };
    });
    await producer.send({ topic, messages: chunk });
  }
  await producer.disconnect();
}
