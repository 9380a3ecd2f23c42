import type { Duration } from '../../src/kernel/time.ts';
import type { Direction, Server, Weather } from './network.ts';
import type { Fault, FaultKind } from './scenario.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import type { World } from './world.ts';

/** What a fault does its work with. */
export interface Scene {
  readonly world: World;
  /** Does something later; until then the fault is not over. */
  later(delay: Duration, then: () => void): void;
  /** Brings the store back to what it held so long ago. */
  rollBack(by: Duration): void;
  /** A clock that is wrong by so much may have been decided on. */
  clockIsWrong(by: Duration): void;
}

type Strike<Kind extends FaultKind> = (scene: Scene, fault: Extract<Fault, { kind: Kind }>) => void;

const STRIKES: { readonly [Kind in FaultKind]: Strike<Kind> } = {
  kill(scene, { process, restartAfter }) {
    replace(scene, process, restartAfter, (each) => each.kill());
  },
  restart(scene, { process, startAfter }) {
    replace(scene, process, startAfter, (each) => void each.leave());
  },
  sleep({ world, later }, { process, lasts }) {
    const sleeper = world.processes[process];
    sleeper?.stop();
    later(lasts, () => sleeper?.continue());
  },
  join({ world, later }, { stays }) {
    const place = world.processes.length;
    world.start(place);
    later(stays, () => void world.processes[place]?.leave());
  },
  cut(scene, fault) {
    const directions: readonly Direction[] =
      fault.direction === 'both' ? ['requests', 'replies'] : [fault.direction];
    weather(scene, fault, (way) => {
      for (const direction of directions) way.cut.add(direction);
      return () => way.cut.clear();
    });
  },
  delay: ({ world }, { process, by }) => world.processes[process]?.network.mishap({ delay: by }),
  lose: ({ world }, { process, direction }) => world.processes[process]?.network.mishap({ lose: direction }),
  mute: ({ world }, { process, topic, partition }) => world.processes[process]?.mute({ topic, partition }),
  lossy(scene, fault) {
    weather(scene, fault, (way) => {
      way.lossy = fault.share;
      return () => {
        way.lossy = 0;
      };
    });
  },
  slow(scene, fault) {
    weather(scene, fault, (way) => {
      way.slow = fault.by;
      return () => {
        way.slow = 0;
      };
    });
  },
  'empty-redis': ({ world }) => world.store.clearAll(),
  'roll-redis-back': ({ rollBack }, { by }) => rollBack(by),
  'lose-index': ({ world }, { shard }) => world.store.loseIndex(shard),
  'stranger-takes-id': ({ world }, { shard }) => void stranger(world, 'tact').openProducer(shard),
  'hang-upstream': (scene, { partition, commits, lasts }) =>
    void hang(scene, { topic: 'interactions', partition, commits, lasts }),
  'hang-changelog': (scene, { shard, lasts }) =>
    void hang(scene, { topic: 'state', partition: shard, commits: false, lasts }),
  'set-clock'({ world, later, clockIsWrong }, { process, by, lasts }) {
    const owner = world.processes[process];
    if (!owner) return;
    clockIsWrong(Math.abs(by));
    owner.clockSkew += by;
    later(lasts, () => {
      owner.clockSkew -= by;
    });
  },
  compact({ world }) {
    world.broker.compact('state', { keepTombstones: true });
    world.judge.compacted();
  },
  retention({ world }) {
    for (const { topic, partition, offset } of world.judge.positions())
      world.broker.deleteRecordsBefore(topic, partition, offset);
  },
};

export function strike(scene: Scene, fault: Fault): void {
  (STRIKES[fault.kind] as Strike<FaultKind>)(scene, fault as never);
}

/** Another process takes the place of one that ends. */
function replace(
  { world, later }: Scene,
  place: number,
  after: Duration,
  end: (process: SimulatedProcess) => void,
): void {
  const process = world.processes[place];
  if (!process?.isAlive) return;
  end(process);
  later(after, () => {
    // Whoever is still there has not ended in time.
    process.kill();
    if (world.processes[place] === process) world.start(place);
  });
}

function weather(
  { world, later }: Scene,
  { process, server, lasts }: { process: number | 'all'; server: Server; lasts: Duration },
  begin: (weather: Weather) => () => void,
): void {
  const whom = process === 'all' ? world.processes : world.processes.slice(process, process + 1);
  const ends = whom.map((each) => begin(each.network.weather(server)));
  later(lasts, () => {
    for (const end of ends) end();
  });
}

function stranger(world: World, applicationId: string) {
  return world.broker.createLog({ applicationId, groupId: 'stranger', shards: 1 });
}

/** What hangs in a stranger's transaction. */
const NOBODY = JSON.stringify({ customerId: 'nobody', type: 'purchased', occurredAt: 0 });

/** Somebody else's transaction, open for a while. */
async function hang(
  { world, later }: Scene,
  {
    topic,
    partition,
    commits,
    lasts,
  }: { topic: string; partition: number; commits: boolean; lasts: Duration },
): Promise<void> {
  const producer = await stranger(world, world.nonce()).openProducer(partition);
  const transaction = await producer.begin();
  await transaction.send([{ topic, partition, records: [world.record(NOBODY, 'nobody')] }]);
  // The broker may have ended it before: it hung for too long.
  const end = () => (commits ? transaction.commit() : transaction.abort()).catch(() => undefined);
  later(lasts, () => void end());
}
