import { z } from 'zod';
import { fieldsOf, fieldTarget, type InputKind } from './fields.ts';

const TOPIC = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;

const topic = z.string().regex(TOPIC, 'must be a topic name: 1 to 249 of the characters a-z A-Z 0-9 . _ -');
const name = z.string().min(1, 'must not be empty');

const dottedPath = z
  .string()
  .regex(/^[^.]+(\.[^.]+)*$/, 'must be a path such as person.crm.id')
  .meta({ description: 'Names from the top of the value downwards, with dots between them.' });

const path = z.union([dottedPath, z.array(name).min(1)], {
  error: 'must be a path such as person.crm.id, or a list of names where a name holds a dot',
});

const conversion = {
  values: z
    .record(z.string(), z.string())
    .optional()
    .meta({ description: "From the producer's word to ours; a word that is not listed stays as it is." }),
  unit: z
    .enum(['ms', 's'])
    .optional()
    .meta({ description: 'Of an instant written as a number; ms where absent.' }),
};

const fieldSource = z.union(
  [
    dottedPath,
    z.strictObject({ path, ...conversion }),
    z.strictObject({ header: name, ...conversion }),
    z.strictObject({
      key: z.union([z.literal(true), path]),
      as: z
        .enum(['text', 'int32', 'int64'])
        .optional()
        .meta({ description: 'How a whole key is written; UTF-8 text, or a schema frame, where absent.' }),
      ...conversion,
    }),
    z.strictObject({ constant: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]) }),
  ],
  {
    error:
      'must be a path such as person.crm.id, or one of { path }, { header }, { key: true }, { key: path } (each with values? and unit?: ms | s), { constant }',
  },
);

const schemaFiles = z.strictObject({
  ids: z
    .record(z.string().regex(/^\d{1,10}$/, 'must be a schema id'), name)
    .default({})
    .meta({ description: 'Schema id to the .avsc file of it, for topics whose registry cannot be reached.' }),
  files: z.array(name).default([]).meta({ description: '.avsc files, found by their fingerprint.' }),
});

/** One entry of the configuration's `inputs`: a topic that Tact reads, and how its records are understood. */
export const inputSchema = z
  .strictObject({
    topic: topic.meta({ description: 'The topic to read.' }),
    kind: z
      .enum(['outbound', 'interaction'])
      .meta({ description: 'Messages that want to be sent, or facts about customers.' }),
    format: z
      .enum(['confluent-avro', 'single-object', 'json'])
      .optional()
      .meta({ description: 'How values are written; found out for each record where absent.' }),
    schemas: schemaFiles.optional().meta({ description: 'Schemas from files.' }),
    map: z.record(z.string(), fieldSource).optional().meta({
      description: "Our field to its place in the producer's record; our own field names where absent.",
    }),
    governed: z.boolean().default(true).meta({
      description: 'False: the source sends without asking, so its `sent` interactions take a slot.',
    }),
    start: z
      .enum(['earliest', 'latest'])
      .default('earliest')
      .meta({ description: 'Where the first start of all begins to read.' }),
    source: name
      .optional()
      .meta({ description: 'Who says so, for interactions that do not; the topic where absent.' }),
    cleared: topic.optional().meta({ description: "Another cleared topic for this input's messages." }),
  })
  .superRefine((input, context) => {
    for (const problem of problemsOf(input)) {
      context.addIssue({ code: 'custom', message: problem.message, path: problem.path });
    }
  });

/** The configuration's `inputs`: at least one, each topic once. */
export const inputsSchema = z
  .array(inputSchema)
  .min(1, 'must name at least one input')
  .superRefine((inputs, context) => {
    inputs.forEach(({ topic }, i) => {
      if (inputs.findIndex((other) => other.topic === topic) < i) {
        context.addIssue({
          code: 'custom',
          message: `is the second input with this topic`,
          path: [i, 'topic'],
        });
      }
    });
  });

/** An input as it is worked with. */
export type Input = Frozen<z.output<typeof inputSchema>>;
type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;
/** Where the value of one of our fields comes from. */
export type FieldSource = Frozen<z.output<typeof fieldSource>>;

interface Problem {
  readonly path: string[];
  readonly message: string;
}

function problemsOf(input: {
  kind: InputKind;
  map?: Record<string, FieldSource> | undefined;
  source?: string | undefined;
  cleared?: string | undefined;
}): Problem[] {
  const problems = input.map ? problemsOfMap(input.kind, input.map) : [];
  if (input.kind === 'outbound' && input.source !== undefined) {
    problems.push({ path: ['source'], message: 'is for interactions; map the field sender instead' });
  }
  if (input.kind === 'interaction' && input.cleared !== undefined) {
    problems.push({ path: ['cleared'], message: 'is for outbound inputs; interactions are not forwarded' });
  }
  return problems;
}

function problemsOfMap(kind: InputKind, map: Record<string, FieldSource>): Problem[] {
  const problems: Problem[] = [];
  for (const [field, source] of Object.entries(map)) {
    const target = fieldTarget(kind, field);
    if (!target) {
      const known = Object.keys(fieldsOf(kind)).join(', ');
      problems.push({ path: ['map', field], message: `is no field of ours; there are ${known}` });
    } else if (typeof source === 'object' && 'unit' in source && !target.kind.endsWith('instant')) {
      problems.push({ path: ['map', field, 'unit'], message: 'is for instants' });
    }
  }
  const required = kind === 'outbound' ? ['customerId', 'channel'] : ['customerId', 'type'];
  for (const field of required) {
    if (!Object.hasOwn(map, field)) problems.push({ path: ['map'], message: `must say where ${field} is` });
  }
  return problems;
}
