import type { Decision } from '../../../src/model/decision.ts';
import type { TurnReport } from '../../../src/shard/observer.ts';

export function decision(given: Partial<Decision> = {}): Decision {
  return {
    outcome: 'cleared',
    verdict: 'cleared',
    reason: 'cleared',
    decidedAt: 0,
    channel: 'email',
    class: 'marketing',
    findings: [],
    ...given,
  };
}

/** A turn of one second that decided nothing, but for what is given. */
export function turn(given: Partial<TurnReport> = {}): TurnReport {
  return {
    now: 1_700_000_000_000,
    records: 0,
    released: 0,
    recordsByTopic: new Map(),
    decisions: [],
    deadLetters: [],
    interactions: 0,
    ignoredInteractions: 0,
    rerouted: 0,
    stages: { decode: 100, load: 200, decide: 300, commit: 250, apply: 150 },
    ...given,
  };
}
