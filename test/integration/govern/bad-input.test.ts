import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Governing } from '../../../src/cli/abilities.ts';
import type { LogRecord } from '../../../src/model/record.ts';
import { FakeRegistry } from '../../support/fake-registry.ts';
import { GovernWorld, headerOf, message, metricOf, until } from '../../support/govern-world.ts';
import { policyText } from '../../support/policies.ts';
import { type GivenRecord, givenRecords, KNOWN_SCHEMA_ID, SCHEMA, SECRET } from './bad-records.ts';

const ROUNDS = 25;
const MB = 1024 * 1024;

describe('input that cannot be read', () => {
  const registry = new FakeRegistry();
  const expected = new Map<string, GivenRecord>();
  let world: GovernWorld;
  let governing: Governing;
  let large: { tooLarge: string; justFits: string };
  let before: number;

  beforeAll(async () => {
    registry.schemas.set(KNOWN_SCHEMA_ID, SCHEMA);
    await registry.start();
    world = await GovernWorld.create({
      policy: policyText(['{ id: twice-a-day, cap: { limit: 2, window: 24h } }']),
      config: { registry: { url: registry.url } },
    });
    governing = await world.govern();
    await world.decided(await world.request([message('first'), message('second')]));
    before = memoryInUse();
    for (let n = 0; n < ROUNDS; n++) {
      const given = givenRecords(n);
      const sources = await world.append(
        'requested',
        n % 2,
        given.map(({ record }) => record),
      );
      for (const [i, each] of given.entries()) expected.set(sources[i] as string, each);
    }
    const [tooLarge] = await world.append('requested', 0, [{ value: messageOfBytes(1_048_400) }]);
    const [justFits] = await world.append('requested', 1, [{ value: messageOfBytes(990_000) }]);
    large = { tooLarge: tooLarge as string, justFits: justFits as string };
  });

  afterAll(async () => {
    await world?.close();
    await registry.stop();
  });

  it('comes to the dead-letter topic once, and what is good among it is decided', async () => {
    const outcomes = await world.decided([...expected.keys(), ...Object.values(large)]);
    for (const [source, { what, becomes }] of expected) {
      const outcome = becomes === 'cleared' ? 'cleared' : 'dead-letter';
      expect(outcomes.get(source), what).toEqual([outcome]);
    }
    expect(outcomes.size).toBe(expected.size + 2 + 2);
  });

  it('is told about by topic, partition, offset, stage and reason, and by nothing of its value', async () => {
    for (const letter of await world.read('dead-letter')) {
      const source = headerOf(letter, 'tact-source');
      const [topic, partition, offset] = source.split('/');
      const becomes = source === large.tooLarge ? 'too-large' : expected.get(source)?.becomes;
      const error = (name: string) => headerOf(letter, `__connect.errors.${name}`);
      expect([error('topic'), error('partition'), error('offset')]).toEqual([topic, partition, offset]);
      expect(error('exception.class.name')).toBe(`tact.${becomes}`);
      expect(error('stage')).toMatch(/^(VALUE_CONVERTER|TRANSFORMATION|TASK_PUT)$/);
      expect(error('exception.message')).not.toBe('');
      expect(letter.headers.map(({ value }) => String(value)).join()).not.toContain(SECRET);
    }
  });

  it('keeps its bytes, but for a value that is too large to forward', async () => {
    const letters = new Map(
      (await world.read('dead-letter')).map((each) => [headerOf(each, 'tact-source'), each]),
    );
    for (const [source, { record, what, becomes }] of expected) {
      if (becomes !== 'cleared')
        expect(letters.get(source)?.value ?? null, what).toEqual(record.value ?? null);
    }
    const tooLarge = letters.get(large.tooLarge) as LogRecord;
    expect(tooLarge.value).toBeNull();
    expect(headerOf(tooLarge, 'tact-dropped-bytes')).toBe('1048400');
    const fitting = (await world.read('cleared')).find(
      (each) => headerOf(each, 'tact-source') === large.justFits,
    );
    expect(fitting?.value?.length).toBe(990_000);
  });

  it('leaves key, value and headers of what is good as they are, without forged ones', async () => {
    for (const cleared of await world.read('cleared')) {
      const given = expected.get(headerOf(cleared, 'tact-source'));
      if (!given) continue;
      expect(cleared.value).toEqual(given.record.value);
      expect(cleared.key).toEqual(given.record.key ?? null);
      const own = cleared.headers.filter(({ name }) => !name.startsWith('tact-'));
      expect(own).toEqual((given.record.headers ?? []).filter(({ name }) => name !== 'tact-source'));
    }
  });

  it('stops neither an interaction that is good nor one of a type that nobody knows', async () => {
    const interactions = [
      { customerId: 'first', type: 'danced' },
      { customerId: 'first', type: 'unsubscribed', occurredAt: 'tomorrow' },
      { customerId: 'first', type: 'unsubscribed' },
    ];
    const sources = await world.append(
      'interactions',
      0,
      interactions.map((value) => ({ value: Buffer.from(JSON.stringify(value)) })),
    );
    await until('the opt-out is folded', async () => {
      return (await metricOf(governing, 'tact_interactions_total{known="true"}')) === 1;
    });
    const asked = await world.request([message('first')]);
    const outcomes = await world.decided(asked);
    expect(asked.map((source) => outcomes.get(source))).toEqual([['suppressed']]);
    expect(sources.map((source) => outcomes.get(source))).toEqual([undefined, ['dead-letter'], undefined]);
    expect(await metricOf(governing, 'tact_interactions_total{known="false"}')).toBe(1);
  });

  it('leaves the process alive, its position going on, and its memory as it was', async () => {
    expect((await fetch(`${governing.address}/readyz`)).status).toBe(200);
    expect((await fetch(`${governing.address}/livez`)).status).toBe(200);
    await until('nothing waits any more', async () => {
      const lags = ['0', '1'].map((partition) =>
        metricOf(
          governing,
          `tact_consumer_lag_records{topic="${world.topic('requested')}",partition="${partition}"}`,
        ),
      );
      return (await Promise.all(lags)).every((lag) => lag === 0);
    });
    expect(await metricOf(governing, 'tact_dead_letters_total{reason="malformed"}')).toBe(4 * ROUNDS);
    expect(memoryInUse() - before).toBeLessThan(48 * MB);
  });
});

/** JSON of exactly so many bytes. */
function messageOfBytes(bytes: number): Buffer {
  const empty = JSON.stringify(message('large', { payload: '' }));
  return Buffer.from(JSON.stringify(message('large', { payload: 'x'.repeat(bytes - empty.length) })));
}

/** Bytes on the heap and in buffers after a collection. */
function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
