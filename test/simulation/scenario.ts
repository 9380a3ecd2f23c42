import { type Duration, MINUTE, SECOND } from '../../src/kernel/time.ts';
import { Random } from '../support/random.mjs';
import type { CallSide, Direction, Server } from './network.ts';

/** Everything that is decided before a run begins; the same scenario always gives the same run. */
export interface Scenario {
  /** Of the network's delays and losses. */
  readonly seed: number;
  readonly shards: number;
  readonly processes: number;
  readonly inputs: readonly Input[];
  readonly faults: readonly PlannedFault[];
}

/** A record that a platform appends. */
export interface Input {
  readonly at: Duration;
  readonly topic: 'requested' | 'interactions';
  readonly partition: number;
  readonly customer: string;
  readonly what: Message | Interaction | { readonly kind: 'poison' };
}

export interface Message {
  readonly kind: 'message';
  readonly id: string;
  readonly channel: 'email' | 'sms';
}

export interface Interaction {
  readonly kind: 'interaction';
  readonly type: 'opted-out' | 'opted-in' | 'erased' | 'cancelled' | 'purchased';
  readonly channel?: 'email' | 'sms';
  /** How long before its append it happened. */
  readonly late: Duration;
  readonly messageId?: string;
}

/** At a time, or at a call of a process: the nth of its kind, before it arrives or with its effect done. */
export type Trigger =
  | { readonly at: Duration }
  | { readonly process: number; readonly call: string; readonly nth: number; readonly side: CallSide };

export type Fault =
  | { readonly kind: 'kill'; readonly process: number; readonly restartAfter: Duration }
  | { readonly kind: 'restart'; readonly process: number; readonly startAfter: Duration }
  | { readonly kind: 'sleep'; readonly process: number; readonly lasts: Duration }
  | { readonly kind: 'join'; readonly stays: Duration }
  | {
      readonly kind: 'cut';
      readonly process: number | 'all';
      readonly server: Server;
      readonly direction: Direction | 'both';
      readonly lasts: Duration;
    }
  | {
      readonly kind: 'lossy';
      readonly process: number | 'all';
      readonly server: Server;
      readonly share: number;
      readonly lasts: Duration;
    }
  | {
      readonly kind: 'slow';
      readonly process: number | 'all';
      readonly server: Server;
      readonly by: Duration;
      readonly lasts: Duration;
    }
  | { readonly kind: 'delay'; readonly process: number; readonly by: Duration }
  | { readonly kind: 'lose'; readonly process: number; readonly direction: Direction }
  | {
      readonly kind: 'mute';
      readonly process: number;
      readonly topic: 'requested' | 'interactions';
      readonly partition: number;
    }
  | { readonly kind: 'empty-redis' }
  | { readonly kind: 'roll-redis-back'; readonly by: Duration }
  | { readonly kind: 'lose-index'; readonly shard: number }
  | { readonly kind: 'stranger-takes-id'; readonly shard: number }
  | {
      readonly kind: 'hang-upstream';
      readonly partition: number;
      readonly commits: boolean;
      readonly lasts: Duration;
    }
  | { readonly kind: 'hang-changelog'; readonly shard: number; readonly lasts: Duration }
  | { readonly kind: 'set-clock'; readonly process: number; readonly by: Duration; readonly lasts: Duration }
  | { readonly kind: 'compact' }
  | { readonly kind: 'retention' };

export type FaultKind = Fault['kind'];

export interface PlannedFault {
  readonly when: Trigger;
  readonly fault: Fault;
}

export const PARTITIONS = { requested: 3, interactions: 2 } as const;
/** Records come in for so long; faults, too. */
export const ACTIVE: Duration = 25 * SECOND;

/** The more often a call stands here, the more often something happens at it. */
const CALLS = [
  ...['commit', 'commit', 'commit', 'send', 'send', 'apply', 'apply', 'load', 'load', 'abort'],
  ...['due', 'view', 'clear', 'open', 'fetch', 'confirm'],
];

/** The scenario of a seed. */
export function scenarioOf(seed: number): Scenario {
  const random = new Random(seed);
  const shards = random.between(1, 4);
  const processes = random.between(1, 4);
  const customers = Array.from({ length: random.between(2, 6) }, (_, i) => `customer-${i}`);
  const inputs = [
    ...messages(random.fork('messages'), customers),
    ...interactions(random.fork('interactions'), customers),
  ];
  const faults = Array.from({ length: random.between(1, 7) }, (_, i) =>
    plannedFault(random.fork(`fault-${i}`), processes, shards),
  );
  return { seed, shards, processes, inputs: inputs.sort((one, other) => one.at - other.at), faults };
}

function messages(random: Random, customers: readonly string[]): Input[] {
  return Array.from({ length: random.between(8, 28) }, (_, i) => {
    const customer = random.pick(customers);
    return {
      at: random.between(0, ACTIVE),
      topic: 'requested',
      partition: random.between(0, PARTITIONS.requested),
      customer,
      what: random.chance(0.03)
        ? { kind: 'poison' }
        : { kind: 'message', id: `m-${i}`, channel: random.chance(0.5) ? 'email' : 'sms' },
    } as const;
  });
}

/** Those of one customer come in one partition, so that they have an order. */
function interactions(random: Random, customers: readonly string[]): Input[] {
  return Array.from({ length: random.between(2, 9) }, () => {
    const place = random.between(0, customers.length);
    return {
      at: random.between(0, ACTIVE),
      topic: 'interactions',
      partition: place % PARTITIONS.interactions,
      customer: customers[place] as string,
      what: interaction(random),
    } as const;
  });
}

function interaction(random: Random): Interaction {
  const late = random.chance(0.3) ? random.between(0, MINUTE) : 0;
  const channel = random.chance(0.5) ? {} : ({ channel: random.pick(['email', 'sms'] as const) } as const);
  const dice = random.next();
  if (dice < 0.3) return { kind: 'interaction', type: 'opted-out', late, ...channel };
  if (dice < 0.5) return { kind: 'interaction', type: 'opted-in', late };
  if (dice < 0.55) return { kind: 'interaction', type: 'erased', late: 0 };
  if (dice < 0.7)
    return { kind: 'interaction', type: 'cancelled', late: 0, messageId: `m-${random.between(0, 28)}` };
  return { kind: 'interaction', type: 'purchased', late };
}

function plannedFault(random: Random, processes: number, shards: number): PlannedFault {
  const process = random.between(0, processes);
  const when: Trigger = random.chance(0.4)
    ? { at: random.between(0, ACTIVE) }
    : {
        process,
        call: random.pick(CALLS),
        nth: random.chance(0.5) ? random.between(1, 5) : random.between(1, 40),
        side: random.pick(['sent', 'arrived'] as const),
      };
  return { when, fault: faultOf(random, process, shards) };
}

const WEIGHTS: Readonly<Record<FaultKind, number>> = {
  kill: 4,
  sleep: 4,
  cut: 4,
  delay: 4,
  lose: 4,
  mute: 1,
  'empty-redis': 2,
  'roll-redis-back': 3,
  'hang-upstream': 2,
  'hang-changelog': 2,
  lossy: 2,
  slow: 2,
  restart: 1,
  join: 2,
  'lose-index': 1,
  'stranger-takes-id': 1,
  'set-clock': 1,
  compact: 1,
  retention: 1,
};
export const FAULT_KINDS = Object.keys(WEIGHTS) as readonly FaultKind[];

function faultOf(random: Random, process: number, shards: number): Fault {
  const kind = random.pick(FAULT_KINDS.flatMap((each) => Array.from({ length: WEIGHTS[each] }, () => each)));
  const shard = random.between(0, shards);
  const whom = random.chance(0.3) ? 'all' : process;
  const server = random.pick(['kafka', 'redis'] as const);
  const lasts = random.chance(0.5)
    ? random.between(100, 5 * SECOND)
    : random.between(5 * SECOND, 20 * SECOND);
  switch (kind) {
    case 'kill':
      return { kind, process, restartAfter: lasts };
    case 'restart':
      return { kind, process, startAfter: lasts };
    case 'sleep':
      return { kind, process, lasts };
    case 'join':
      return { kind, stays: lasts };
    case 'cut':
      return {
        kind,
        process: whom,
        server,
        direction: random.pick(['requests', 'replies', 'both'] as const),
        lasts,
      };
    case 'delay':
      return { kind, process, by: random.between(SECOND, 20 * SECOND) };
    case 'mute': {
      const topic = random.pick(['requested', 'interactions'] as const);
      return { kind, process, topic, partition: random.between(0, PARTITIONS[topic]) };
    }
    case 'lose':
      return { kind, process, direction: random.pick(['requests', 'replies'] as const) };
    case 'lossy':
      return { kind, process: whom, server, share: 0.05 + random.next() * 0.4, lasts };
    case 'slow':
      return { kind, process: whom, server, by: random.between(50, 8 * SECOND), lasts };
    case 'roll-redis-back':
      return { kind, by: lasts };
    case 'lose-index':
    case 'stranger-takes-id':
      return { kind, shard };
    case 'hang-upstream':
      return {
        kind,
        partition: random.between(0, PARTITIONS.interactions),
        commits: random.chance(0.5),
        lasts,
      };
    case 'hang-changelog':
      return { kind, shard, lasts };
    case 'set-clock':
      return { kind, process, by: clockLeap(random), lasts };
    case 'empty-redis':
    case 'compact':
    case 'retention':
      return { kind };
  }
}

/** Some that are let pass, some that are not; both ways. */
function clockLeap(random: Random): Duration {
  const by = random.pick([2 * SECOND, 30 * SECOND, 10 * MINUTE, 24 * 60 * MINUTE]);
  return random.chance(0.5) ? by : -by;
}
