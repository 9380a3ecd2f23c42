import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GovernWorld, headerOf, message, metricOf } from '../../support/govern-world.ts';
import { policyText } from '../../support/policies.ts';

describe('a policy that is not enforced', () => {
  let world: GovernWorld;
  beforeAll(async () => {
    world = await GovernWorld.create({
      policy: policyText(['{ id: once-a-day, cap: { limit: 1, window: 24h } }'], false),
    });
  });
  afterAll(() => world.close());

  it('clears everything and says of each message what it would have done', async () => {
    const governing = await world.govern();
    const customers = ['ann', 'ben', 'cem', 'dea'];
    const sources = await world.request(
      customers.flatMap((customer) => [1, 2, 3].map((n) => message(customer, { messageId: `m${n}` }))),
    );
    const outcomes = await world.decided(sources);
    expect([...outcomes.values()]).toEqual(sources.map(() => ['cleared']));
    expect(await world.read('suppressed')).toEqual([]);

    const why = (await world.read('cleared')).map((record) => headerOf(record, 'tact-why'));
    expect(why.filter((each) => each === 'cleared')).toHaveLength(customers.length);
    expect(why.filter((each) => each === 'would: cap-reached')).toHaveLength(2 * customers.length);

    const decided = (outcome: string, reason: string) =>
      metricOf(
        governing,
        `tact_decisions_total{outcome="${outcome}",reason="${reason}",channel="email",mode="observe"}`,
      );
    await expect.poll(() => decided('cleared', 'cleared')).toBe(customers.length);
    await expect.poll(() => decided('suppressed', 'cap-reached')).toBe(2 * customers.length);
  });
});
