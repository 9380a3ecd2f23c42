import { setTimeout as pause } from 'node:timers/promises';
import { policyText } from '../../scenario.mjs';
import { acquires, either, holds } from '../signs.mjs';

const CLOCK = either(acquires('clock'), holds('clock'));
const LAST_TURN = /^tact_last_turn_timestamp_seconds/;
const AHEAD_MS = 1_500;
const DAY_MS = 86_400_000;

const jump = {
  id: 'F26',
  title: "a governor's clock jumps by ten minutes, an hour or a day",
  async inject(world) {
    const { random } = world;
    const { governor } = world.pickGovernor();
    const by = random.pick([600_000, -600_000, 3_600_000, -3_600_000, DAY_MS, -DAY_MS]);
    return world.rises(
      CLOCK,
      async () => {
        world.setClock(governor, by);
        await pause(random.between(2_000, 8_000));
        world.setClock(governor, 0);
      },
      { of: [governor] },
    );
  },
};

/** Well within what is tolerated: it is not noticed, and must change nothing. */
const skew = {
  id: 'F26b',
  title: "governors' clocks differ by less than is tolerated",
  async inject(world) {
    const [ahead, ...others] = world.random.shuffle(world.takeGovernors());
    world.setClock(ahead, AHEAD_MS);
    for (const governor of others) world.setClock(governor, world.random.between(-AHEAD_MS, AHEAD_MS));
    // Its turns are ahead of our own time.
    const isAhead = () => ahead.now(LAST_TURN) * 1_000 > Date.now() + AHEAD_MS / 2;
    const felt = await world.comes(isAhead);
    await pause(4_000);
    return felt;
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
