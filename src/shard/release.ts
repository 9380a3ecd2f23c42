import type { ShardDeps } from './deps.ts';
import { findDue } from './due-messages.ts';
import type { Elsewhere } from './load-fields.ts';
import type { TurnReport } from './observer.ts';
import type { OwnedShard } from './owned-shard.ts';
import { settleTurn } from './settle-turn.ts';
import { Stopwatch } from './stopwatch.ts';
import { readDeferral } from './stored-deferrals.ts';
import { TurnDraft } from './turn-draft.ts';

/** `nothing`: nothing is due, or the interactions are no longer known well enough. `due-index`: it is damaged; acquire. */
export type Release =
  | { readonly kind: 'taken'; readonly report: TurnReport }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'due-index' }
  | Elsewhere;

/**
 * A turn that decides again what is due. It is a turn like any other: the watermark is checked in every read, and the
 * outcome, the end of the wait and the customer's new state are one transaction. `messagesMax`: about so many, since a
 * customer's due messages are decided together.
 */
export async function releaseDue(deps: ShardDeps, owned: OwnedShard, messagesMax: number): Promise<Release> {
  const watch = new Stopwatch(deps);
  const policy = deps.policy();
  const found = await findDue(deps, owned, messagesMax);
  if (found.kind !== 'found') return found;
  const { states, due, missing, deferred } = found;
  watch.lap('load');
  await deps.reader.prepare(due.map(({ record }) => record));
  watch.lap('decode');

  const now = owned.clock.next();
  // Nothing was taken from anywhere, so what is due stays due.
  if (!owned.freshness.isFresh(deps.monotonic())) return { kind: 'nothing' };
  const draft = new TurnDraft(deps, owned, policy, { states, now, deferred });
  for (const { key, source } of missing) draft.forget(key, source);
  for (const deferral of due) {
    const read = readDeferral(deps, deferral);
    if ('failure' in read) draft.abandon(deferral.customer, read);
    else draft.decide(deferral.customer, read, deferral.since);
  }

  const elsewhere = await settleTurn(deps, owned, draft, watch);
  if (elsewhere) return elsewhere;
  noteMissing(deps, owned, missing.length);
  return { kind: 'taken', report: reportOf(draft, due.length, watch) };
}

function noteMissing({ observer }: ShardDeps, { layout }: OwnedShard, messages: number): void {
  if (messages > 0) observer.note('error', 'deferral-missing', { shard: layout.shard, messages });
}

function reportOf(draft: TurnDraft, released: number, watch: Stopwatch): TurnReport {
  return {
    now: draft.now,
    records: 0,
    released,
    recordsByTopic: new Map(),
    decisions: draft.decisions,
    deadLetters: draft.deadLetters,
    interactions: 0,
    ignoredInteractions: 0,
    rerouted: 0,
    stages: watch.laps(),
  };
}
