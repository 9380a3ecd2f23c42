import { appendFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Governing } from '../../../src/cli/abilities.ts';
import { GovernWorld, headerOf, message, metricOf, statusOf, until } from '../../support/govern-world.ts';
import { policyText } from '../../support/policies.ts';

const CAP = '{ id: once-a-day, cap: { limit: 1, window: 24h } }';
const GAP = '{ id: breathing-room, for: { channel: push }, gap: 4h }';

describe('a policy file that changes while messages are decided', () => {
  let world: GovernWorld;
  let governing: Governing;
  let inForce: string;
  beforeAll(async () => {
    world = await GovernWorld.create({ policy: policyText([CAP]) });
    governing = await world.govern();
    inForce = (await statusOf(governing)).policy?.digest ?? '';
  });
  afterAll(() => world?.close());

  /** What the header of this customer's message says of the policy, once it is decided. */
  async function policyOf(customer: string): Promise<string> {
    const [source] = await world.request([message(customer)]);
    await world.decided([source as string]);
    const cleared = (await world.read('cleared')).find((each) => headerOf(each, 'tact-source') === source);
    return cleared ? headerOf(cleared, 'tact-policy') : 'not cleared';
  }
  const succeeded = () => metricOf(governing, 'tact_policy_last_reload_successful');

  it('stays in force as it was while the file has errors, and says so', async () => {
    expect(await policyOf('ann')).toBe(`test@${inForce}`);
    world.writePolicy(policyText([CAP, '{ id: wrong, for: { class: nobody }, gap: soon }']));
    await expect.poll(succeeded, { timeout: 10_000 }).toBe(0);
    expect(await policyOf('ben')).toBe(`test@${inForce}`);
    expect((await statusOf(governing)).policy?.digest).toBe(inForce);
    expect((await fetch(`${governing.address}/readyz`)).status).toBe(200);
    const [refused, ...more] = world.log.lines('policy-refused');
    expect(refused).toMatchObject({ level: 'error' });
    expect(String(refused?.problems)).toMatch(/policy\.yaml:8:\d+ .*nobody[\s\S]*policy\.yaml:8:\d+ /);
    expect(more).toEqual([]);
  });

  it('takes effect when it is right, and every decision says which it was', async () => {
    world.writePolicy(policyText([CAP, GAP]));
    await expect.poll(succeeded, { timeout: 10_000 }).toBe(1);
    const { policy } = await statusOf(governing);
    expect(policy?.digest).not.toBe(inForce);
    expect(await policyOf('cem')).toBe(`test@${policy?.digest}`);
    const info = `tact_policy_info{name="test",digest="${policy?.digest}",enforce="true"}`;
    expect(await metricOf(governing, info)).toBe(1);
    inForce = policy?.digest ?? '';
  });

  it('never takes effect in half, though half of it would be a policy', async () => {
    const whole = policyText(['{ id: other, cap: { limit: 9, window: 1h } }', GAP]);
    const cut = whole.indexOf('  - { id: breathing-room');
    const loadedBefore = world.log.lines('policy-loaded').length;
    writeFileSync(world.policyFile, whole.slice(0, cut));
    setTimeout(() => appendFileSync(world.policyFile, whole.slice(cut)), 100);
    await until('another policy is in force', async () => {
      return (await statusOf(governing)).policy?.digest !== inForce;
    });
    world.writePolicy(policyText([CAP]));
    await until('the next one is in force', () => world.log.lines('policy-loaded').length > loadedBefore + 1);
    const digests = world.log.lines('policy-loaded').map(({ policy }) => policy);
    // The first, the one with a gap, the whole one, and the first again.
    expect(digests).toHaveLength(4);
    expect(new Set(digests).size).toBe(3);
    expect(world.log.lines('policy-refused')).toHaveLength(1);
  });
});
