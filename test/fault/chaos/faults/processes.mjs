import { setTimeout as pause } from 'node:timers/promises';
import { SESSION_TIMEOUT_MS } from '../../scenario.mjs';
import { NEXT_VERSION, POINT_NAMES } from '../builds.mjs';
import { changelogEnds, hasVersion } from '../changelog.mjs';
import { acquires, transactions } from '../signs.mjs';

const POINT_WITHIN_MS = 30_000;
const STORM_MS = 20_000;

const kill = {
  id: 'F01',
  title: 'a governor is killed',
  async inject(world) {
    const { random } = world;
    const { governor } = world.pickGovernor();
    await governor.takesTurns();
    await pause(random.between(0, 1_000));
    // Its shards have to be acquired, by itself or by the others.
    return world.rises(acquires('assigned'), async () => {
      await governor.kill();
      await pause(random.between(0, 1_000));
      governor.start();
      await governor.takesTurns();
    });
  },
};

const crashPoint = (point) => ({
  id: `F02 ${point}`,
  family: 'a governor is killed at one of the steps of a turn, a release and an acquire',
  title: `a governor is killed at the step "${point}"`,
  async inject(world) {
    const { governor } = world.pickGovernor();
    world.killAt(governor, point);
    if (!point.startsWith('turn') && !point.startsWith('release')) {
      // It acquires again only where something makes it.
      await governor.kill();
      governor.start();
    }
    const reached = await world.comes(() => world.wasReached(governor), POINT_WITHIN_MS);
    world.spare(governor);
    if (reached) await governor.ended();
    return reached;
  },
});

/** Long enough for the others to take over and work with what was taken over. */
async function sleepAndWake(world, meanwhile) {
  const { governor, others } = world.pickGovernor();
  await governor.takesTurns();
  return world.rises(
    transactions('fenced'),
    async () => {
      governor.signal('SIGSTOP');
      await pause(SESSION_TIMEOUT_MS + 3_000);
      await meanwhile();
      await Promise.all(others.map((other) => other.takesTurns()));
      governor.signal('SIGCONT');
    },
    { of: [governor] },
  );
}

const zombie = {
  id: 'F03',
  title: 'a governor sleeps until others have taken over',
  inject: (world) => sleepAndWake(world, async () => {}),
};

const zombieAndFlush = {
  id: 'F04',
  title: 'the same, and Redis is emptied meanwhile',
  inject: (world) => sleepAndWake(world, () => world.stack.redis.primary.call('FLUSHALL')),
};

const storm = {
  id: 'F09',
  title: 'a fourth governor joins and leaves, again and again',
  inject: (world) =>
    world.rises(acquires('assigned'), async () => {
      const guest = world.guest();
      const over = Date.now() + STORM_MS;
      while (Date.now() < over) {
        guest.start();
        await pause(world.random.between(1_500, 3_500));
        if (guest.running) await guest.kill();
      }
    }),
};

const upgrade = {
  id: 'F31',
  title: 'one governor after another becomes the next release, which writes a newer state, and goes back',
  async inject(world) {
    const turns = async (governor, start) => {
      await governor.drain();
      start();
      await governor.takesTurns();
    };
    const governors = world.takeGovernors();
    const from = await changelogEnds(world);
    for (const governor of governors) await turns(governor, () => world.startNext(governor));
    await pause(2_000);
    const isWritten = await hasVersion(world, from, NEXT_VERSION);
    for (const governor of governors) await turns(governor, () => governor.start());
    return isWritten;
  },
};

export const PROCESS_FAULTS = [
  kill,
  ...POINT_NAMES.map(crashPoint),
  zombie,
  zombieAndFlush,
  storm,
  upgrade,
].map((fault) => ({ kind: 'process', ...fault }));
