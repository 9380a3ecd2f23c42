// Facts that every judgement finds good, and how to break them.
import { type Facts, type Input, judge, type Limit, type Outcome } from '../../checker/check.mjs';

const SECOND = 1_000;
export const LIMITS: Limit[] = [
  { id: 'email', rule: 'email-burst', where: { channel: 'email' }, limit: 2, windowMs: 10 * SECOND },
  { id: 'campaign', per: ['campaign'], limit: 1, windowMs: 60 * SECOND },
];

/** A message of Anna's. */
export function message(offset: number, more: Partial<Input> = {}): Input {
  const labels = { channel: 'email', campaign: `c-${offset}`, message: `m-${offset}` };
  return input(`asked/0/${offset}`, { kind: 'message', customer: 'anna', labels, ...more });
}

export function input(source: string, more: Partial<Input>): Input {
  const [topic, partition, offset] = source.split('/');
  const bytes = {
    key: Buffer.from('key'),
    value: Buffer.from(source),
    headers: [{ name: 'trace', value: null }],
  };
  const place = { source, from: `${topic}/${partition}`, offset: Number(offset), timestamp: 5 };
  return { ...place, ...bytes, kind: 'interaction', customer: 'anna', labels: {}, ...more };
}

let nextOffset = 0;
export function outcome(
  outlet: Outcome['outlet'],
  of: Input,
  decidedAt: number,
  more: Partial<Outcome> = {},
): Outcome {
  const { key, headers, timestamp, source } = of;
  const [reason, value] =
    outlet === 'suppressed'
      ? ['cap-reached', decisionOf('cap-reached', 'email-burst')]
      : ['cleared', of.value];
  const place = { topic: outlet, partition: 0, offset: nextOffset++ };
  return {
    outlet,
    ...place,
    key,
    value,
    headers: [...headers, tact('tact-source')],
    timestamp,
    source,
    decidedAt,
    waited: false,
    why: reason,
    ...more,
  };
}

/** What the suppressed topic tells. */
export function decisionOf(reason: string, rule?: string): Buffer {
  return Buffer.from(JSON.stringify({ reason, rule }));
}

function tact(name: string) {
  return { name, value: Buffer.from('x') };
}

/** Two messages cleared, one suppressed, one interaction, one unreadable record; one shard whose view is right. */
export function goodFacts(): Facts {
  const inputs = [
    message(0),
    message(1),
    message(2),
    input('told/0/0', {}),
    input('asked/0/3', { kind: 'unreadable' }),
  ];
  const [first, second, third, , unreadable] = inputs as [Input, Input, Input, Input, Input];
  const [state, position] = [Buffer.from('state'), Buffer.from('position')];
  return {
    inputs,
    outcomes: [
      outcome('cleared', first, 1_000),
      outcome('cleared', second, 2_000),
      outcome('suppressed', third, 2_000),
      outcome('dead-letter', unreadable, 2_000),
    ],
    rerouted: [],
    shards: [
      {
        shard: 0,
        changelog: [
          { offset: 0, timestamp: 2_000, key: Buffer.from('log'), value: Buffer.from('id') },
          { offset: 1, timestamp: 2_000, key: Buffer.from('fence'), value: Buffer.from('nonce') },
          { offset: 3, timestamp: 2_000, key: Buffer.from('anna'), value: Buffer.from('older state') },
          { offset: 4, timestamp: 2_000, key: Buffer.from('bert'), value: Buffer.from('state') },
          { offset: 7, timestamp: 2_000, key: Buffer.from('anna'), value: state },
          { offset: 8, timestamp: 2_000, key: Buffer.from('bert'), value: null },
          { offset: 9, timestamp: 2_000, key: Buffer.from('position'), value: position },
        ],
        end: 11,
        hash: new Map([
          ['watermark', Buffer.from('10')],
          ['log', Buffer.from('id')],
          ['at', Buffer.from('2000')],
          ['anna', state],
          ['position', position],
        ]),
      },
    ],
    abortedOutcomes: 0,
  };
}

/** The judgements that are red once the good facts are changed. */
export function broken(change: (facts: Facts) => void): string[] {
  const facts = goodFacts();
  change(facts);
  return judge(facts, { limits: LIMITS, freshnessMs: 5 * SECOND })
    .judgements.filter(({ holds }) => !holds)
    .map(({ id }) => id);
}

export function shardOf(facts: Facts) {
  return facts.shards[0] as Facts['shards'][number];
}

export function clearedOf(facts: Facts): [Outcome, Outcome] {
  return facts.outcomes.slice(0, 2) as [Outcome, Outcome];
}

/** One more message, cleared at the instant. */
export function clear(facts: Facts, of: Input, decidedAt: number): void {
  facts.inputs.push(of);
  facts.outcomes.push(outcome('cleared', of, decidedAt));
}
