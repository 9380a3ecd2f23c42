import type { HoldCause } from '../shard/observer.ts';
import type { StatusReport } from './abilities.ts';

/** What an operator should look at, a sentence each; empty when all is well. */
export function statusWarnings({ shards, processes, control }: StatusReport): string[] {
  const warnings: string[] = [];
  const orphans = shards.filter(({ owner }) => owner === undefined).map(({ shard }) => shard);
  if (orphans.length > 0)
    warnings.push(`${nameShards(orphans)} without an owner: start tact run, or wait for a rebalance`);
  const holding = shards.filter(({ state }) => state === 'holding');
  const causes = new Map<string, number[]>();
  for (const { shard, cause = 'unknown' } of holding)
    causes.set(cause, [...(causes.get(cause) ?? []), shard]);
  for (const [cause, held] of causes)
    warnings.push(`${nameShards(held)} on hold (${cause}): ${ADVICE[cause as HoldCause] ?? 'see the log'}`);
  const policies = new Set(processes.flatMap(({ policy }) => policy ?? []));
  if (policies.size > 1)
    warnings.push(`processes decide with different policies: ${[...policies].sort().join(', ')}`);
  const unaware = processes.filter(({ control: known }) => (known ?? 0) < (control?.version ?? 0));
  if (unaware.length > 0)
    warnings.push(
      `${unaware.map(({ id }) => id).join(', ')} does not know yet what was last stopped or resumed`,
    );
  if (control === undefined) warnings.push('the control topic cannot be read: tact topics check');
  if (processes.length === 0) warnings.push('no process is running');
  return warnings;
}

const ADVICE: Readonly<Record<HoldCause, string>> = {
  'interactions-behind': 'interactions are still being read; it goes on by itself',
  stopped: 'everything is held on purpose; tact resume --everything lets it go on',
  redis: 'Redis does not answer; it goes on by itself when it is back',
  kafka: 'Kafka does not answer; it goes on by itself when it is back',
  registry: 'the schema registry does not answer; it goes on by itself when it is back',
  clock:
    'the clocks of this machine and of the last owner or the broker are too far apart, or the changelog does not bear the broker’s time (tact topics check)',
  'position-lost': 'nobody knows where to read on; decide with tact shard adopt',
  'log-inconsistent': 'changelog and Redis contradict each other; compare with tact shard rebuild --compare',
  'changelog-held-back':
    'a hanging transaction of another producer keeps the changelog from being read; find it with kafka-transactions.sh',
  refused: 'Kafka or Redis refuses a request; the log of its owner says which',
  contended:
    'other processes take it away again and again; look for an owner that is slow or stopped in between',
  failed: 'an unexpected error; the log of its owner says which',
};

function nameShards(shards: readonly number[]): string {
  return `shard${shards.length === 1 ? '' : 's'} ${shards.join(', ')}`;
}
