import { expect, test } from 'vitest';
import { configuredReader } from '../../../src/compose/settings.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { jsonRecord, reasonOf } from '../../fixtures/records/records.ts';

function readerWith(limits: string) {
  const text = `policy: { file: policy.yaml }
inputs: [{ topic: requested, kind: outbound }, { topic: interactions, kind: interaction }]
${limits}`;
  const loaded = loadConfig({ file: 'tact.yaml', env: {}, readFile: () => text, needsCustomerKey: false });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  return configuredReader(loaded.config);
}

const message = { customerId: 'c', channel: 'email', messageId: 'm', labels: { a: '1', b: '2' } };

test.each([
  ['values', 'limits: { valueBytesMax: 1000 }', { ...message, body: 'x'.repeat(1_000) }],
  ['texts', 'limits: { textLengthMax: 32 }', { ...message, campaignId: 'x'.repeat(33) }],
  ['lists and maps', 'limits: { itemsMax: 1 }', message],
])('the configuration bounds the %s that are read', (_, limits, value) => {
  const record = jsonRecord(value);
  expect(reasonOf(readerWith('').read(record))).toBe('message');
  expect(reasonOf(readerWith(limits).read(record))).not.toBe('message');
});
