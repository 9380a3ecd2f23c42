import { readFileSync } from 'node:fs';
import avro from 'avsc';
import { describe, expect, test } from 'vitest';
import type { Decision } from '../../../src/model/decision.ts';
import { INTERACTION_TYPES } from '../../../src/model/interaction.ts';
import type { OutboundMessage } from '../../../src/model/message.ts';
import { REASONS } from '../../../src/model/reason.ts';
import { INTERACTION_FIELDS, OUTBOUND_FIELDS } from '../../../src/records/fields.ts';
import { TACT_HEADERS } from '../../../src/records/headers.ts';
import { TACT_SCHEMAS, type TactSchemaName, tactSchemaText } from '../../../src/records/tact-schema.ts';
import { FULL_STATE, type Full } from '../../fixtures/records/full-state.ts';

interface Schema {
  type?: unknown;
  doc?: string;
  name?: string;
  namespace?: string;
  fields?: Schema[];
  items?: Schema;
  values?: Schema;
  default?: unknown;
}

/** Without a default because nothing can be said without them. */
const REQUIRED: Record<TactSchemaName, string[]> = {
  OutboundMessage: ['channel', 'customerId', 'uses.attribute', 'uses.provenance', 'uses.sensitivity'],
  Interaction: [
    'customerId',
    'preferences.hours.from',
    'preferences.hours.to',
    'preferences.limits.limit',
    'preferences.limits.window',
    'type',
  ],
  Decision: [
    'channel',
    'class',
    'decidedAt',
    'decisionId',
    'findings.kind',
    'findings.reason',
    'findings.rule',
    'findings.verdict',
    'message',
    'message.channel',
    'message.createdAt',
    'message.customerId',
    'message.messageId',
    'outcome',
    'policy',
    'reason',
    'source',
    'verdict',
  ],
  CustomerState: [
    'cancellations.at',
    'cancellations.source',
    'consents.at',
    'consents.status',
    'events.at',
    'events.type',
    'firstSeenAt',
    'optOuts.at',
    'optOuts.cause',
    'optOuts.takenBack.at',
    'preferences.days.at',
    'preferences.days.value',
    'preferences.declinedTopics.at',
    'preferences.declinedTopics.value',
    'preferences.hours.at',
    'preferences.hours.value',
    'preferences.hours.value.from',
    'preferences.hours.value.to',
    'preferences.limits.at',
    'preferences.limits.value',
    'preferences.limits.value.limit',
    'preferences.limits.value.window',
    'preferences.pauses.at',
    'preferences.pauses.until',
    'preferences.wantedTopics.at',
    'preferences.wantedTopics.value',
    'sends.at',
    'sends.channel',
    'sends.class',
    'stops.at',
    'stops.channel',
    'stops.reason',
    'tallies.bucket',
    'tallies.rule',
    'tier.id',
    'tier.since',
    'waiting.channel',
    'waiting.class',
    'waiting.dueAt',
    'waiting.messageId',
    'waiting.reason',
    'waiting.since',
    'waiting.source',
  ],
  Deferral: ['customer', 'dueAt', 'headers.name', 'offset', 'partition', 'since', 'timestamp', 'topic'],
};

const schemaOf = (name: TactSchemaName): Schema => JSON.parse(tactSchemaText(name));

/** Every field at any depth, by its path; a type that was defined before is known by its name. */
function fieldsOf(schema: unknown, path = '', named = new Map<unknown, Schema>()): [string, Schema][] {
  if (Array.isArray(schema)) return schema.flatMap((branch) => fieldsOf(branch, path, named));
  if (named.has(schema)) return fieldsOf(named.get(schema), path, new Map());
  if (typeof schema !== 'object' || schema === null) return [];
  const { name, type, fields, items, values }: Schema = schema;
  if (type === 'record') named.set(name, schema);
  const own = (fields ?? []).flatMap((field): [string, Schema][] => {
    const at = path === '' ? `${field.name}` : `${path}.${field.name}`;
    return [[at, field], ...fieldsOf(field.type, at, named)];
  });
  return [...own, ...fieldsOf(items ?? values ?? type, path, named)];
}

describe.each(TACT_SCHEMAS)('the schema %s', (name) => {
  const schema = schemaOf(name);
  const type = avro.Type.forSchema(schema as avro.Schema);

  test('is a documented record of the namespace tact', () => {
    expect(schema).toMatchObject({
      type: 'record',
      name,
      namespace: 'tact',
      doc: expect.stringMatching(/\.$/),
    });
  });

  test('has a doc in a sentence for every field', () => {
    const undocumented = fieldsOf(schema).filter(([, field]) => !field.doc?.endsWith('.'));
    expect(undocumented).toEqual([]);
  });

  test('has a default for every field but the named ones', () => {
    const required = fieldsOf(schema).filter(([, field]) => !('default' in field));
    expect(required.map(([path]) => path).sort()).toEqual(REQUIRED[name]);
  });

  test('reads itself, and what was written without any field that has a default', () => {
    const bare = { ...schema, fields: schema.fields?.filter((field) => !('default' in field)) };
    const bareType = avro.Type.forSchema(bare as avro.Schema);
    expect(() => type.createResolver(type)).not.toThrow();
    expect(() => type.createResolver(bareType)).not.toThrow();
    expect(() => bareType.createResolver(type)).not.toThrow();
  });
});

describe('the schemas', () => {
  const names = (name: TactSchemaName) => schemaOf(name).fields?.map((field) => field.name) ?? [];
  const paths = (value: object, path = ''): string[] =>
    Object.entries(value).flatMap(([key, part]: [string, unknown]) => {
      const at = path === '' ? key : `${path}.${key}`;
      const inner = Array.isArray(part) ? part[0] : part;
      const isMap = /(^|\.)(scope|labels|attributes|attributeTimes)$/.test(at);
      return typeof inner === 'object' && inner !== null && !isMap ? [at, ...paths(inner, at)] : [at];
    });

  test('of what comes in have all that can be mapped', () => {
    expect(names('OutboundMessage')).toEqual(expect.arrayContaining(Object.keys(OUTBOUND_FIELDS)));
    expect(names('Interaction').sort()).toEqual(Object.keys(INTERACTION_FIELDS).sort());
  });

  test('of a state has exactly the fields of the type', () => {
    expect(
      fieldsOf(schemaOf('CustomerState'))
        .map(([path]) => path)
        .sort(),
    ).toEqual(paths(FULL_STATE).sort());
  });

  test('of a decision has exactly the fields of the types', () => {
    const finding: Full<Decision['findings'][number]> = {
      rule: '',
      kind: '',
      verdict: 'blocks',
      reason: 'cleared',
      shadow: true,
      onBlock: 'defer',
      count: 0,
      limit: 0,
      weight: 0,
      windowStart: 0,
      window: '',
      evidence: {},
      nextEligibleAt: 0,
      allowsUntil: 0,
    };
    const decision: Full<Omit<Decision, 'findings'>> = {
      outcome: 'cleared',
      verdict: 'cleared',
      reason: 'cleared',
      rule: '',
      nextEligibleAt: 0,
      dueAt: 0,
      waitingSince: 0,
      decidedAt: 0,
      channel: '',
      class: '',
      tier: '',
      claimRefused: '',
      control: 0,
    };
    const message: Full<OutboundMessage> = {
      messageId: '',
      customerId: '',
      channel: '',
      class: '',
      campaignId: '',
      dispatchId: '',
      categories: [],
      products: [],
      fingerprint: '',
      topics: [],
      sender: '',
      purpose: '',
      createdAt: 0,
      expiresAt: 0,
      rank: 0,
      place: '',
      labels: {},
      sourceTopic: '',
    };
    const written = {
      ...decision,
      decisionId: '',
      source: '',
      policy: '',
      sentence: '',
      message,
      findings: [finding],
    };
    expect(
      fieldsOf(schemaOf('Decision'))
        .map(([path]) => path)
        .sort(),
    ).toEqual(paths(written).sort());
  });
});

describe('schemas/README.md', () => {
  const readme = readFileSync(new URL('../../../schemas/README.md', import.meta.url), 'utf8');

  test('has the table of reasons, line by line', () => {
    const rows = Object.entries(REASONS).map(
      ([code, { sentence, next }]) => `| \`${code}\` | ${sentence} | ${next} |`,
    );
    const table = readme.slice(readme.indexOf('| reason |')).split('\n\n')[0]?.split('\n').slice(2);
    expect(table).toEqual(rows);
  });

  test('names every header and every type of interaction', () => {
    for (const name of Object.values(TACT_HEADERS)) expect(readme).toContain(`| \`${name}\` |`);
    for (const type of INTERACTION_TYPES) expect(readme).toContain(`\`${type}\``);
  });
});
