import type { Instant } from '../../kernel/time.ts';
import type { CustomerEvent } from '../../model/customer-state.ts';
import { ANSWER_TYPES, type InteractionType } from '../../model/interaction.ts';
import { type Subject, selects } from '../../model/selector.ts';
import type { ChannelNames, Facts } from '../rule-kind.ts';
import { channelNamed } from '../rule-kind.ts';
import { eventsOf, lastTimeOf } from './event.ts';
import { isLike, isUnlike } from './match.ts';
import type { After } from './written-after.ts';

/** Something after which messages may rest. */
export interface Fired {
  /** The interaction, or `cleared` for a send. */
  readonly type: string;
  readonly at: Instant;
}

/** What shows that an address works, though messages bounced. */
const ARRIVED: readonly InteractionType[] = ['delivered'];
const LOST: readonly InteractionType[] = ['bounced', 'failed', 'expired', 'rejected'];

/** The last trigger that, with those before it, was enough; undefined when none was. */
export function lastFired(after: After, facts: Facts): Fired | undefined {
  const triggers = standing(after, facts);
  const breaks = after.inARow ? timesOf(breakingTypes(after), after, facts) : [];
  for (let last = triggers.length - 1; last >= after.count - 1; last--) {
    const trigger = triggers[last] as Fired;
    const first = (triggers[last - after.count + 1] as Fired).at;
    const isNear = after.count === 1 || trigger.at - first < after.within;
    if (isNear && !breaks.some((at) => at > first && at <= trigger.at)) return trigger;
  }
  return undefined;
}

/** The triggers that nothing has ended, oldest first. */
function standing(after: After, facts: Facts): readonly Fired[] {
  const { until, match } = after;
  const ended = lastTimeOf(facts.state, until, (event) => !isUnlike(match, event, facts));
  const triggers = triggersOf(after, facts);
  return ended === undefined ? triggers : triggers.filter(({ at }) => at > ended);
}

function triggersOf({ trigger, match }: After, facts: Facts): readonly Fired[] {
  const { state, channels } = facts;
  if (trigger.kind === 'interaction') {
    const { types, where } = trigger;
    return eventsOf(state, types).filter(
      (event) => isLike(match, event, facts) && selects(where, subjectOf(event, channels), {}),
    );
  }
  return state.sends.flatMap((send) => {
    const isMeant = !send.returned && selects(trigger.selector, send, state.attributes);
    return isMeant && isLike(match, send, facts) ? [{ type: 'cleared', at: send.at }] : [];
  });
}

/** The event as selectors see it. */
function subjectOf(event: CustomerEvent, channels: ChannelNames): Subject {
  const { channel } = event;
  return {
    ...event,
    channel: channel === undefined ? '' : (channelNamed(channels, channel) ?? channel),
    class: '',
    topics: [],
  };
}

/** What, between triggers, lets them not be in a row: answers, and after messages that were lost, one that arrived. */
export function breakingTypes({ trigger }: After): readonly InteractionType[] {
  if (trigger.kind === 'cleared') return ANSWER_TYPES;
  const { types } = trigger;
  const breaking = types.some((type) => LOST.includes(type)) ? [...ANSWER_TYPES, ...ARRIVED] : ANSWER_TYPES;
  return breaking.filter((type) => !types.includes(type));
}

function timesOf(types: readonly InteractionType[], { match }: After, facts: Facts): readonly Instant[] {
  return eventsOf(facts.state, types).flatMap((event) => (isUnlike(match, event, facts) ? [] : [event.at]));
}
