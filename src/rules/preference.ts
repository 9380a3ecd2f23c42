import { z } from 'zod';
import type { Instant } from '../kernel/time.ts';
import { readClock, timeText } from '../model/clock-reading.ts';
import type { Finding } from '../model/decision.ts';
import type { ReasonCode } from '../model/reason.ts';
import { zoneOf } from '../model/window.ts';
import { bindingOwnLimit, type OwnCount } from './limits/own-limits.ts';
import type { Facts, RuleKind } from './rule-kind.ts';
import { isWithin } from './scope.ts';
import {
  firstWelcomeInstant,
  isWelcomeAt,
  type WelcomeTimes,
  welcomeTimesOf,
} from './times/welcome-times.ts';

/** Which of the customer's wishes bind. */
export interface Preference {
  readonly pauses: boolean;
  readonly topics: boolean;
  readonly times: boolean;
  readonly limits: boolean;
}

/** One wish that stands against the message. */
interface Objection {
  readonly part: 'pause' | 'topics' | 'times' | 'limit';
  readonly reason: ReasonCode;
  /** The first instant at which this wish alone allows it; undefined = never. */
  readonly until: Instant | undefined;
}

const wish = (description: string) => z.boolean().default(true).meta({ description });

/** What the customer asked for: pauses, topics, days and hours, limits of their own. */
export const preference: RuleKind<Preference> = {
  schema: z
    .strictObject(
      {
        pauses: wish('Pauses that the customer asked for.'),
        topics: wish('Topics that the customer declined or wants.'),
        times: wish('Days and hours that the customer asked for.'),
        limits: wish('Limits that the customer set.'),
      },
      { error: 'expected {}, or the parts that do not bind, such as { limits: false }' },
    )
    .meta({ description: 'What the customer asked for; each part binds unless it is false.' }),
  exemption: 'preference',
  counting: false,
  atTop: false,
  deferrable: true,
  recurs: ({ times }) => times,
  reads: ({ limits }) => ({ topics: limits }),
  evaluate(rule, facts) {
    const { pauses, topics, times, limits } = rule.spec;
    const zone = zoneOf('customer', { customer: facts.state.timezone, policy: facts.timezone });
    const welcome = times ? welcomeTimesOf(facts.state.preferences) : undefined;
    const own = limits ? bindingOwnLimit(facts) : undefined;
    const objections = [
      pauses ? pauseObjection(facts) : undefined,
      topics ? topicsObjection(facts) : undefined,
      timesObjection(welcome, zone, facts.now),
      limitObjection(own),
    ].filter((each) => each !== undefined);
    const binding = bindingOf(objections);
    if (binding === undefined) {
      return { rule: rule.id, kind: 'preference', verdict: 'allows', reason: 'cleared', ...shown(own) };
    }
    const nextEligibleAt = firstAllowed(objections, welcome, zone);
    return {
      rule: rule.id,
      kind: 'preference',
      verdict: 'blocks',
      reason: binding.reason,
      ...(binding.part === 'limit' && shown(own)),
      evidence: {
        part: binding.part,
        ...(binding.part === 'times' && { reading: `${timeText(readClock(zone, facts.now))} ${zone}` }),
      },
      ...(nextEligibleAt !== undefined && { nextEligibleAt }),
    };
  },
};

function pauseObjection({ state, message, channels, now }: Facts): Objection | undefined {
  let until = now;
  for (const pause of state.preferences.pauses) {
    if (pause.until > until && isWithin(pause.scope, message, channels)) until = pause.until;
  }
  return until > now ? { part: 'pause', reason: 'paused', until } : undefined;
}

function topicsObjection({ state, message }: Facts): Objection | undefined {
  const { topics } = message;
  const declined = state.preferences.declinedTopics?.value ?? [];
  const wanted = state.preferences.wantedTopics?.value ?? [];
  const isUnwanted = wanted.length > 0 && topics.length > 0 && !topics.some((each) => wanted.includes(each));
  if (!isUnwanted && !topics.some((each) => declined.includes(each))) return undefined;
  return { part: 'topics', reason: 'declined', until: undefined };
}

function timesObjection(
  welcome: WelcomeTimes | undefined,
  zone: string,
  now: Instant,
): Objection | undefined {
  if (welcome === undefined || isWelcomeAt(welcome, zone, now)) return undefined;
  return { part: 'times', reason: 'unwelcome-time', until: firstWelcomeInstant(welcome, zone, now) };
}

function limitObjection(own: OwnCount | undefined): Objection | undefined {
  return own?.blocks ? { part: 'limit', reason: 'own-limit', until: own.roomAt } : undefined;
}

/** Never before latest before the order of the parts. */
function bindingOf(objections: readonly Objection[]): Objection | undefined {
  let binding: Objection | undefined;
  for (const each of objections) {
    if (binding === undefined || endOf(each) > endOf(binding)) binding = each;
  }
  return binding;
}

/** All but the times only open up as time goes by, so the first welcome instant after the rest is the first of all. */
function firstAllowed(
  objections: readonly Objection[],
  welcome: WelcomeTimes | undefined,
  zone: string,
): Instant | undefined {
  const latest = Math.max(...objections.map(endOf));
  if (latest === Number.POSITIVE_INFINITY) return undefined;
  return welcome === undefined ? latest : firstWelcomeInstant(welcome, zone, latest);
}

function endOf({ until }: Objection): number {
  return until ?? Number.POSITIVE_INFINITY;
}

function shown(own: OwnCount | undefined): Partial<Finding> {
  if (own === undefined) return {};
  const { count, limit, windowStart, window } = own;
  return { count, limit, windowStart, window };
}
