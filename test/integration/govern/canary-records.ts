import { type GovernWorld, message } from '../../support/govern-world.ts';
import { policyText } from '../../support/policies.ts';

/** Words that a producer wrote, by the field that it wrote them in. */
export const canary = (field: string) => `canary-${field}-7f3a`;

/** What the state holds by design: what later decisions ask about earlier messages, and nothing else of them. */
export const REMEMBERED = [
  ...['messageId', 'campaignId', 'dispatchId', 'categories', 'products', 'sender', 'place', 'fingerprint'],
];
/** What no decision asks for. */
const FORGOTTEN = [
  ...['customerId', 'payload', 'header', 'headerName', 'key', 'topics', 'labels', 'attributes', 'purpose'],
  ...['class', 'unreadable'],
];
const INTERACTION_ONLY = ['interactionId', 'type', 'channel', 'source', 'terms'];
export const ALL_FIELDS = [...REMEMBERED, ...FORGOTTEN, ...INTERACTION_ONLY];

/** One message a day; what comes to push too soon waits. */
export const canaryPolicy = policyText([
  '{ id: once, for: { channel: email }, cap: { limit: 1, window: 24h } }',
  '{ id: rest, for: { channel: push }, gap: 4h, onBlock: defer }',
]);

/** One that says something, one of no known type, one whose text breaks off. */
export async function appendInteractions(world: GovernWorld): Promise<void> {
  const interaction = {
    ...fields(['customerId', 'interactionId', 'messageId', 'campaignId', 'purpose', 'source', 'terms']),
    attributes: { [canary('attributes')]: canary('attributes') },
    labels: { [canary('labels')]: canary('labels') },
    products: [canary('products')],
  };
  await world.append('interactions', 0, [
    record({ ...interaction, type: 'opened' }),
    record({ ...interaction, type: canary('type') }),
    { value: Buffer.from(`{"customerId":"${canary('customerId')}", ${canary('unreadable')}`) },
  ]);
}

/** One that passes, one that does not, one on no known channel, and some that cannot be read: each gets an outcome. */
export function appendMessages(world: GovernWorld): Promise<string[]> {
  return world.append('requested', 1, [
    record(WHOLE),
    record({ ...WHOLE, messageId: `${canary('messageId')}-2`, fingerprint: 'another' }),
    record({ ...WHOLE, channel: canary('channel') }),
    record({ ...WHOLE, createdAt: canary('payload') }),
    record({ ...WHOLE, categories: { [canary('payload')]: canary('payload') } }),
    { ...record({}), value: Buffer.from(`${canary('customerId')} ${canary('unreadable')}`) },
    { ...record({}), value: null },
    // Framed as Avro of a schema that no registry knows.
    { ...record({}), value: Buffer.concat([Buffer.of(0, 0, 0, 0, 9), Buffer.from(canary('unreadable'))]) },
  ]);
}

/** Two to a channel on which the second waits; only the first gets an outcome. */
export async function appendDeferred(world: GovernWorld): Promise<string> {
  const [first] = await world.append('requested', 1, [
    record({ ...WHOLE, channel: 'push', messageId: `${canary('messageId')}-3` }),
    record({ ...WHOLE, channel: 'push', messageId: `${canary('messageId')}-4` }),
  ]);
  return first as string;
}

/** The fields whose words stand in one of the texts, as they are or in hex or base64. */
export function found(texts: readonly Buffer[]): string[] {
  const all = Buffer.concat(texts.flatMap((text) => [text, Buffer.from('\n')]));
  const stands = (field: string) => {
    const word = Buffer.from(canary(field));
    return [word, word.toString('hex'), word.toString('base64').slice(0, -4)].some((form) =>
      all.includes(form),
    );
  };
  return ALL_FIELDS.filter(stands).sort();
}

function fields(names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, canary(name)]));
}

const WHOLE = message(canary('customerId'), {
  ...fields([
    'messageId',
    'campaignId',
    'dispatchId',
    'sender',
    'place',
    'fingerprint',
    'payload',
    'purpose',
    'class',
  ]),
  categories: [canary('categories')],
  products: [canary('products')],
  topics: [canary('topics')],
  labels: { [canary('labels')]: canary('labels') },
});

function record(value: Record<string, unknown>) {
  return {
    key: Buffer.from(canary('key')),
    value: Buffer.from(JSON.stringify(value)),
    headers: [{ name: `x-${canary('headerName')}`, value: Buffer.from(canary('header')) }],
  };
}
