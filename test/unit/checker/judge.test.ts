import { describe, expect, test } from 'vitest';
import { type Facts, type Input, judge, type Outcome } from '../../checker/check.mjs';
import {
  broken,
  clear,
  clearedOf,
  decisionOf,
  goodFacts,
  input,
  LIMITS,
  message,
  outcome,
  shardOf,
} from './good-facts.ts';

test('facts without a fault are green in every judgement', () => {
  expect(broken(() => {})).toEqual([]);
  const report = judge(goodFacts(), { limits: LIMITS });
  expect(report.holds).toBe(true);
  expect(report.judgements.map(({ id }) => id)).toEqual([
    ...['limits', 'stops', 'outcomes', 'reroutes', 'view', 'order', 'forwarded'],
  ]);
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
    ).toEqual(['limits', 'stops']);
  });
});

describe('outcomes', () => {
  test('a missing outcome is red', () => {
    expect(broken((facts) => facts.outcomes.splice(2, 1))).toEqual(['outcomes']);
  });

  test('a second outcome at another outlet is red', () => {
    expect(broken((facts) => facts.outcomes.push(outcome('suppressed', message(0), 2_000)))).toEqual([
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

  test('a record that the load did not label is red', () => {
    expect(broken((facts) => facts.inputs.push(input('asked/0/50', { kind: 'unlabelled' })))).toEqual([
      'outcomes',
    ]);
  });
});

describe('reroutes', () => {
  /** A second shard, to which every customer of the facts belongs; all came in at the first. */
  const red = (change: (facts: Facts) => void) =>
    broken((facts) => {
      facts.shards.push({
        ...{ shard: 1, changelog: [], end: 0 },
        hash: new Map([['watermark', Buffer.from('0')]]),
      });
      const readable = facts.inputs.filter(({ kind }) => kind !== 'unreadable');
      facts.rerouted.push(...readable.map(({ source }) => ({ source, partition: 1 })));
      change(facts);
    });

  test('each record in the shard of its customer, once, is green', () => {
    expect(red(() => {})).toEqual([]);
  });

  test('an interaction that never arrived is red, and so is a message', () => {
    const lose = (source: string) =>
      red((facts) => {
        facts.rerouted = facts.rerouted.filter((each) => each.source !== source);
      });
    expect(lose('told/0/0')).toEqual(['reroutes']);
    expect(lose('asked/0/1')).toEqual(['reroutes']);
  });

  test('an interaction of a type that nobody knows stays where it is', () => {
    const unknown = (facts: Facts) => {
      facts.inputs.push(input('told/0/9', { labels: { type: 'wink', unknown: 'yes' } }));
    };
    expect(red(unknown)).toEqual([]);
  });

  test('one that arrived twice, in a wrong shard, from nowhere, or needlessly is red', () => {
    const add = (source: string | undefined, partition: number) =>
      red(({ rerouted }) => rerouted.push({ source, partition }));
    expect(add('asked/0/1', 1)).toEqual(['reroutes']);
    expect(add('asked/7/7', 1)).toEqual(['reroutes']);
    expect(add(undefined, 1)).toEqual(['reroutes']);
    expect(add('asked/0/3', 1)).toEqual(['reroutes']);
    expect(red(({ rerouted }) => Object.assign(rerouted[0] as object, { partition: 0 }))).toEqual([
      'reroutes',
    ]);
    expect(broken(({ rerouted }) => rerouted.push({ source: 'asked/0/0', partition: 0 }))).toEqual([
      'reroutes',
    ]);
  });
});

describe('stops', () => {
  const stop = (reason: string, more: Partial<Input> = {}, rule?: string) =>
    broken((facts) => {
      const stopped = message(9, more);
      facts.inputs.push(stopped);
      facts.outcomes.push(outcome('suppressed', stopped, 90_000, { value: decisionOf(reason, rule) }));
    });

  test('a limit that had room is red', () => {
    expect(stop('cap-reached', {}, 'email-burst')).toEqual(['stops']);
    expect(
      broken((facts) => {
        clearedOf(facts)[1].decidedAt = 2_001;
      }),
    ).toEqual(['stops']);
  });

  test('an opt-out of nobody is red, and a consent that was given and not found', () => {
    expect(stop('opted-out')).toEqual(['stops']);
    expect(stop('no-consent', { labels: { consent: 'given' } })).toEqual(['stops']);
    expect(stop('no-consent', { labels: { consent: 'none' } })).toEqual([]);
  });

  test('whoever has opted out or was erased may be stopped for either', () => {
    for (const type of ['opted-out', 'erased']) {
      const facts = goodFacts();
      facts.inputs.push(input('told/0/8', { labels: { type } }));
      const stopped = message(9, { labels: { consent: 'given' } });
      facts.inputs.push(stopped);
      facts.outcomes.push(outcome('suppressed', stopped, 90_000, { value: decisionOf('opted-out') }));
      expect(judge(facts, { limits: LIMITS }).holds).toBe(true);
    }
  });
});

describe('clock', () => {
  const red = (change: (facts: Facts) => void) => {
    const facts = goodFacts();
    const turn = (offset: number, now: number) => ({
      ...{ offset, timestamp: now + 50, key: Buffer.from('position') },
      value: Buffer.from(JSON.stringify({ v: 1, now, next: {} })),
    });
    const changelog = [turn(2, 1_000), turn(5, 2_000), turn(9, 3_000)];
    facts.shards = [{ ...shardOf(facts), changelog }];
    change(facts);
    return !judge(facts, { limits: [], clockMs: 500 }).judgements.find(({ id }) => id === 'clock')?.holds;
  };
  const turnOf = (facts: Facts, place: number) => shardOf(facts).changelog[place] as { timestamp: number };

  test('turns of the time at which they were appended are green', () => {
    expect(red(() => {})).toBe(false);
  });

  test('a turn that is further ahead or behind than is tolerated is red', () => {
    expect(red((facts) => Object.assign(turnOf(facts, 2), { timestamp: 2_499 }))).toBe(true);
    expect(red((facts) => Object.assign(turnOf(facts, 2), { timestamp: 3_501 }))).toBe(true);
    expect(red((facts) => Object.assign(turnOf(facts, 2), { timestamp: 3_500 }))).toBe(false);
  });

  test('a clock that goes back is red, and so is a decision of no turn', () => {
    expect(red((facts) => shardOf(facts).changelog.reverse())).toBe(true);
    expect(red((facts) => Object.assign(clearedOf(facts)[0], { decidedAt: 1_500 }))).toBe(true);
  });
});

describe('order', () => {
  test('two messages of one source partition in the wrong order are red', () => {
    expect(broken((facts) => facts.outcomes.reverse())).toEqual(['order']);
  });

  test('a message that waited may come later than what was asked after it, in the same partition', () => {
    const late = (more: Partial<Outcome>) =>
      broken((facts) => {
        const [first, second] = clearedOf(facts);
        facts.outcomes.splice(0, 2, second, { ...first, ...more });
      });
    expect(late({ waited: true })).toEqual([]);
    expect(late({ waited: false })).toEqual(['order']);
    expect(late({ waited: true, partition: 1 })).toEqual(['order']);
  });

  test('a message that waited does not excuse the others', () => {
    expect(
      broken((facts) => {
        const [first, second] = clearedOf(facts);
        const waited = message(2, { labels: { campaign: 'c-2' } });
        const late = outcome('cleared', waited, 90_000, { waited: true });
        facts.outcomes.splice(0, 3, second, late, first);
      }),
    ).toEqual(['order']);
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
  const optOutAt =
    (timestamp: number, home: string, type: string = 'opted-out') =>
    (facts: Facts) => {
      facts.inputs.push(input('told/0/8', { timestamp, labels: { type, home } }));
      clear(facts, message(9), 90_000);
    };

  test('a message cleared longer after an opt-out than freshness allows is red', () => {
    expect(broken(optOutAt(84_999, 'yes'))).toEqual(['opt-outs']);
  });

  test('an erasure binds like an opt-out, and other interactions do not', () => {
    expect(broken(optOutAt(84_999, 'yes', 'erased'))).toEqual(['opt-outs']);
    expect(broken(optOutAt(84_999, 'yes', 'cancelled'))).toEqual([]);
  });

  test('a message cleared within that time is green', () => {
    expect(broken(optOutAt(85_000, 'yes'))).toEqual([]);
  });

  test('when an opt-out that had to be re-routed must be obeyed is not judged', () => {
    expect(broken(optOutAt(10, ''))).toEqual([]);
  });

  test('what is sent when all had been taken must be stopped, and for that reason', () => {
    const labels = { after: 'opted-out', channel: 'email', campaign: 'last' };
    const sentLast = (outlet: Outcome['outlet'], why: string) => (facts: Facts) => {
      facts.inputs.push(input('told/0/8', { labels: { type: 'opted-out' } }));
      const last = message(9, { labels });
      facts.inputs.push(last);
      facts.outcomes.push(outcome(outlet, last, 90_000, { why, value: told(outlet, last, why) }));
    };
    const told = (outlet: Outcome['outlet'], last: Input, why: string) =>
      outlet === 'cleared' ? last.value : decisionOf(why);
    expect(broken(sentLast('suppressed', 'opted-out'))).toEqual([]);
    expect(broken(sentLast('suppressed', 'too-soon'))).toEqual(['opt-outs']);
    expect(broken(sentLast('cleared', 'cleared'))).toEqual(['opt-outs']);
  });
});
