import { describe, expect, test } from 'vitest';
import { type Facts, type Input, judge, type Limit, type Outcome } from '../../checker/check.mjs';

const SECOND = 1_000;
const LIMITS: Limit[] = [
  { id: 'email', where: { channel: 'email' }, limit: 2, windowMs: 10 * SECOND },
  { id: 'campaign', per: ['campaign'], limit: 1, windowMs: 60 * SECOND },
];

function message(offset: number, more: Partial<Input> = {}): Input {
  const labels = { channel: 'email', campaign: `c-${offset}`, message: `m-${offset}` };
  return input(`asked/0/${offset}`, { kind: 'message', customer: 'anna', labels, ...more });
}

function input(source: string, more: Partial<Input>): Input {
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
function outcome(
  outlet: Outcome['outlet'],
  of: Input,
  decidedAt: number,
  more: Partial<Outcome> = {},
): Outcome {
  const { key, value, headers, timestamp, source } = of;
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
    ...more,
  };
}

function tact(name: string) {
  return { name, value: Buffer.from('x') };
}

/** Two messages cleared, one suppressed, one interaction, one unreadable record; one shard whose view is right. */
function goodFacts(): Facts {
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
    rerouted: ['asked/0/1'],
    shards: [
      {
        shard: 0,
        changelog: [
          { offset: 0, key: Buffer.from('log'), value: Buffer.from('id') },
          { offset: 1, key: Buffer.from('fence'), value: Buffer.from('nonce') },
          { offset: 3, key: Buffer.from('anna'), value: Buffer.from('older state') },
          { offset: 4, key: Buffer.from('bert'), value: Buffer.from('state') },
          { offset: 7, key: Buffer.from('anna'), value: state },
          { offset: 8, key: Buffer.from('bert'), value: null },
          { offset: 9, key: Buffer.from('position'), value: position },
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

function broken(change: (facts: Facts) => void): string[] {
  const facts = goodFacts();
  change(facts);
  return judge(facts, { limits: LIMITS, freshnessMs: 5 * SECOND })
    .judgements.filter(({ holds }) => !holds)
    .map(({ id }) => id);
}

function shardOf(facts: Facts) {
  return facts.shards[0] as Facts['shards'][number];
}

function clearedOf(facts: Facts): [Outcome, Outcome] {
  return facts.outcomes.slice(0, 2) as [Outcome, Outcome];
}

/** One more message, cleared at the instant. */
function clear(facts: Facts, of: Input, decidedAt: number): void {
  facts.inputs.push(of);
  facts.outcomes.push(outcome('cleared', of, decidedAt));
}

test('facts without a fault are green in every judgement', () => {
  expect(broken(() => {})).toEqual([]);
  const report = judge(goodFacts(), { limits: LIMITS });
  expect(report.holds).toBe(true);
  expect(report.judgements.map(({ id }) => id)).toEqual(['limits', 'outcomes', 'view', 'order', 'forwarded']);
});

describe('limits', () => {
  test('one more message than the window holds is red', () => {
    expect(broken((facts) => clear(facts, message(9), 10_999))).toEqual(['limits']);
  });

  test('a message exactly one window after the first is green', () => {
    expect(broken((facts) => clear(facts, message(9), 11_000))).toEqual([]);
  });

  test('several messages of one instant count together', () => {
    expect(
      broken((facts) => {
        clear(facts, message(8, { customer: 'bert' }), 50_000);
        clear(facts, message(9, { customer: 'bert' }), 50_000);
        clear(facts, message(10, { customer: 'bert' }), 50_000);
      }),
    ).toEqual(['limits']);
  });

  test('a limit that is split counts each part by itself', () => {
    const other = (offset: number, campaign: string) =>
      message(offset, { customer: 'bert', labels: { channel: 'push', campaign } });
    const twoOfOne = (facts: Facts) => {
      clear(facts, other(8, 'same'), 50_000);
      clear(facts, other(9, 'same'), 60_000);
    };
    const oneOfEach = (facts: Facts) => {
      clear(facts, other(8, 'one'), 50_000);
      clear(facts, other(9, 'other'), 60_000);
    };
    expect(broken(twoOfOne)).toEqual(['limits']);
    expect(broken(oneOfEach)).toEqual([]);
  });

  test('a bounced message gives one slot back, to its own customer only', () => {
    const bounce = (customer: string) => (facts: Facts) => {
      clear(facts, message(9), 10_000);
      const labels = { type: 'bounced', answers: 'm-0' };
      facts.inputs.push(input('told/0/1', { customer, labels }));
    };
    expect(broken(bounce('anna'))).toEqual([]);
    expect(broken(bounce('bert'))).toEqual(['limits']);
  });

  test('a cleared message without an instant is red', () => {
    expect(
      broken((facts) => {
        clearedOf(facts)[0].decidedAt = Number.NaN;
      }),
    ).toEqual(['limits']);
  });
});

describe('outcomes', () => {
  test('a missing outcome is red', () => {
    expect(broken((facts) => facts.outcomes.splice(2, 1))).toEqual(['outcomes']);
  });

  test('a second outcome at another outlet is red', () => {
    expect(broken((facts) => facts.outcomes.push(outcome('suppressed', message(0), 1_000)))).toEqual([
      'outcomes',
    ]);
  });

  test('an outcome of a record that is not there is red, and so is one without a source', () => {
    expect(broken((facts) => facts.outcomes.push(outcome('suppressed', message(77), 1)))).toEqual([
      'outcomes',
    ]);
    const nowhere = outcome('suppressed', message(0), 1, { source: undefined });
    expect(broken((facts) => facts.outcomes.push(nowhere))).toEqual(['outcomes']);
  });

  test('an interaction with an outcome is red', () => {
    expect(broken((facts) => facts.outcomes.push(outcome('dead-letter', input('told/0/0', {}), 1)))).toEqual([
      'outcomes',
    ]);
  });

  test('a readable message among the dead letters is red', () => {
    expect(
      broken((facts) => {
        const suppressed = facts.outcomes[2] as Outcome;
        suppressed.outlet = 'dead-letter';
      }),
    ).toEqual(['outcomes']);
  });

  test('a record that was re-routed twice is red, and so is one from nowhere', () => {
    expect(broken((facts) => facts.rerouted.push('asked/0/1'))).toEqual(['outcomes']);
    expect(broken((facts) => facts.rerouted.push('asked/7/7'))).toEqual(['outcomes']);
  });

  test('a record that the load did not label is red', () => {
    expect(broken((facts) => facts.inputs.push(input('asked/0/50', { kind: 'unlabelled' })))).toEqual([
      'outcomes',
    ]);
  });
});

describe('view', () => {
  const red = (change: (shard: Facts['shards'][number]) => void) => broken((facts) => change(shardOf(facts)));

  test('another value in Redis is red', () => {
    expect(red(({ hash }) => hash.set('anna', Buffer.from('older state')))).toEqual(['view']);
  });

  test('a customer who is missing in Redis is red', () => {
    expect(red(({ hash }) => hash.delete('anna'))).toEqual(['view']);
  });

  test('a customer who was removed from the changelog and stands in Redis is red', () => {
    expect(red(({ hash }) => hash.set('bert', Buffer.from('state')))).toEqual(['view']);
  });

  test('a watermark that is missing, before the last record or beyond the end is red', () => {
    expect(red(({ hash }) => hash.delete('watermark'))).toEqual(['view']);
    expect(red(({ hash }) => hash.set('watermark', Buffer.from('9')))).toEqual(['view']);
    expect(red(({ hash }) => hash.set('watermark', Buffer.from('12')))).toEqual(['view']);
  });
});

describe('order', () => {
  test('two messages of one source partition in the wrong order are red', () => {
    expect(broken((facts) => facts.outcomes.reverse())).toEqual(['order']);
  });

  test('the order of different source partitions is free', () => {
    expect(
      broken((facts) => {
        clear(facts, input('asked/1/0', { kind: 'message', labels: { campaign: 'a' } }), 90_000);
        clear(facts, input('asked/2/0', { kind: 'message', labels: { campaign: 'b' } }), 90_000);
      }),
    ).toEqual([]);
  });

  test('a customer in two partitions is red', () => {
    expect(
      broken((facts) => {
        clearedOf(facts)[1].partition = 1;
      }),
    ).toEqual(['order']);
  });
});

describe('forwarded', () => {
  const red = (change: (cleared: Outcome) => void) => broken((facts) => change(clearedOf(facts)[0]));

  test('a changed key, value, timestamp or header is red', () => {
    expect(red((cleared) => Object.assign(cleared, { key: null }))).toEqual(['forwarded']);
    expect(red((cleared) => Object.assign(cleared, { value: Buffer.from('other') }))).toEqual(['forwarded']);
    expect(red((cleared) => Object.assign(cleared, { timestamp: 6 }))).toEqual(['forwarded']);
    expect(red((cleared) => Object.assign(cleared, { headers: [] }))).toEqual(['forwarded']);
    const emptied = [{ name: 'trace', value: Buffer.alloc(0) }];
    expect(red((cleared) => Object.assign(cleared, { headers: emptied }))).toEqual(['forwarded']);
  });
});

describe('opt-outs', () => {
  const optOutAt = (timestamp: number, home: string) => (facts: Facts) => {
    facts.inputs.push(input('told/0/8', { timestamp, labels: { type: 'opted-out', home } }));
    clear(facts, message(9), 90_000);
  };

  test('a message cleared longer after an opt-out than freshness allows is red', () => {
    expect(broken(optOutAt(84_999, 'yes'))).toEqual(['opt-outs']);
  });

  test('a message cleared within that time is green', () => {
    expect(broken(optOutAt(85_000, 'yes'))).toEqual([]);
  });

  test('an opt-out that had to be re-routed is not judged', () => {
    expect(broken(optOutAt(10, ''))).toEqual([]);
  });
});
