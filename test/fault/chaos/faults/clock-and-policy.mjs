import { setTimeout as pause } from 'node:timers/promises';
import { policyText } from '../../scenario.mjs';
import { acquires, either, holds } from '../signs.mjs';

const CLOCK = either(acquires('clock'), holds('clock'));
const DAY_MS = 86_400_000;

const jump = {
  id: 'F26',
  title: "a governor's clock jumps by ten minutes, an hour or a day",
  async inject(world) {
    const { random } = world;
    const { governor } = world.pickGovernor();
    const by = random.pick([600_000, -600_000, 3_600_000, -3_600_000, DAY_MS, -DAY_MS]);
    return world.rises(CLOCK, async () => {
      world.setClock(governor, by);
      await pause(random.between(2_000, 8_000));
      world.setClock(governor, 0);
    });
  },
};

/** Well within what is tolerated: it is not noticed, and must change nothing. */
const skew = {
  id: 'F26b',
  title: "governors' clocks differ by less than is tolerated",
  async inject(world) {
    for (const governor of world.governors) world.setClock(governor, world.random.between(-1_500, 1_500));
    for (const governor of world.governors) await governor.takesTurns();
    await pause(4_000);
    return true;
  },
};

let version = 0;

const swapped = {
  id: 'F29a',
  title: 'the policy is replaced by another version of itself',
  async inject(world) {
    const name = `fault-${++version}`;
    world.writePolicy(policyText(name));
    const inForce = new RegExp(`^tact_policy_info\\{name="${name}"`);
    return world.comes(() => world.governors.every((governor) => governor.now(inForce) === 1));
  },
};

const wrong = {
  id: 'F29b',
  title: 'the policy is replaced by a wrong one, and by half of one',
  async inject(world) {
    const refused = () =>
      world.governors.some((governor) => governor.now(/^tact_policy_last_reload_successful/) === 0);
    const whole = policyText(`fault-${++version}`);
    world.writePolicy(`${whole}\nrules: &bomb [*bomb, *bomb]\n`);
    const felt = await world.comes(refused);
    world.writePolicy(whole.slice(0, whole.length / 2));
    await pause(1_500);
    world.writePolicy(whole);
    return felt && (await world.comes(() => !refused()));
  },
};

export const CLOCK_AND_POLICY_FAULTS = [jump, skew, swapped, wrong].map((fault) => ({
  kind: 'settings',
  ...fault,
}));
