import type { Scenario } from './scenario.ts';

export interface Kept {
  /** What was found by it. */
  readonly found: string;
  readonly scenario: Scenario;
}

/** Scenarios that broke a promise once, as small as they could be made. They are run before any seed, for ever. */
export const KEPT: readonly Kept[] = [
  {
    found: 'a clock that was set while the store caught up was believed',
    scenario: {
      seed: 19,
      shards: 1,
      processes: 1,
      inputs: [
        {
          at: 16_445,
          topic: 'requested',
          partition: 2,
          customer: 'customer-0',
          what: { kind: 'message', id: 'm-13', channel: 'email' },
        },
      ],
      faults: [
        {
          when: { process: 0, call: 'load', nth: 1, side: 'arrived' },
          fault: { kind: 'set-clock', process: 0, by: 600_000, lasts: 16_293 },
        },
      ],
    },
  },
  {
    found:
      'a process that slept through its first acquire called the operator for a position that the owner had',
    scenario: {
      seed: 5_374,
      shards: 3,
      processes: 2,
      inputs: [],
      faults: [
        {
          when: { process: 0, call: 'view', nth: 2, side: 'sent' },
          fault: { kind: 'sleep', process: 0, lasts: 17_724 },
        },
      ],
    },
  },
  {
    found:
      'a process that was overtaken asleep called the operator for records that its successor had decided',
    scenario: {
      seed: 7_277,
      shards: 2,
      processes: 3,
      inputs: [
        {
          at: 17_640,
          topic: 'interactions',
          partition: 0,
          customer: 'customer-0',
          what: { kind: 'interaction', type: 'purchased', late: 57_519 },
        },
      ],
      faults: [
        { when: { at: 19_242 }, fault: { kind: 'retention' } },
        { when: { at: 918 }, fault: { kind: 'sleep', process: 2, lasts: 19_058 } },
      ],
    },
  },
  {
    found: 'an opt-out that was read by a clock that was behind was taken back by an older opt-in',
    scenario: {
      seed: 507_948,
      shards: 3,
      processes: 1,
      inputs: [
        {
          at: 5_191,
          topic: 'interactions',
          partition: 1,
          customer: 'customer-1',
          what: { kind: 'interaction', type: 'opted-out', late: 0 },
        },
        {
          at: 18_583,
          topic: 'interactions',
          partition: 1,
          customer: 'customer-1',
          what: { kind: 'interaction', type: 'opted-in', late: 38_041 },
        },
        ...(
          [
            [22_698, 1, 'm-1'],
            [23_134, 0, 'm-11'],
            [24_384, 1, 'm-8'],
            [24_493, 1, 'm-23'],
          ] as const
        ).map(([at, partition, id]) => ({
          ...{ at, partition, topic: 'requested' as const, customer: 'customer-1' },
          what: { kind: 'message', id, channel: 'sms' } as const,
        })),
      ],
      faults: [
        {
          when: { process: 0, call: 'send', nth: 1, side: 'sent' },
          fault: { kind: 'set-clock', process: 0, by: -30_000, lasts: 14_092 },
        },
      ],
    },
  },
];
