import type { Duration, Instant } from '../kernel/time.ts';
import { MINUTE } from '../kernel/time.ts';
import type { Finding } from '../model/decision.ts';
import { scopeText } from '../model/scope.ts';
import type { Control, Stop } from '../model/stop.ts';
import type { Facts } from '../rules/rule-kind.ts';
import { isWithin } from '../rules/scope.ts';

/** The name that the finding of an operator's stop goes by; no rule may have it as its id. */
export const STOP_NAME = 'stop';
/** What is held is decided again so long after each try: so soon it goes on once it is resumed. */
export const HELD_FOR: Duration = 5 * MINUTE;

/**
 * What operators stopped that covers the message; of several, one that suppresses. `askedAt` is the decision's instant, also
 * where it is asked about a later one.
 */
export function findStop(
  { version, stops }: Control,
  { message, channels, now }: Facts,
  askedAt: Instant,
): Finding | undefined {
  const among = stops.filter(({ scope }) => isWithin(scope, message, channels));
  const stop = among.find(({ mode }) => mode === 'suppress') ?? among[0];
  if (stop === undefined) return undefined;
  const heldUntil = askedAt + HELD_FOR;
  if (stop.mode === 'hold' && now >= heldUntil) return undefined;
  return {
    rule: STOP_NAME,
    kind: STOP_NAME,
    verdict: 'blocks',
    reason: 'stopped',
    ...(stop.mode === 'hold' && { onBlock: 'defer', nextEligibleAt: heldUntil }),
    evidence: evidenceOf(stop, version),
  };
}

function evidenceOf({ scope, at, because }: Stop, version: number): Readonly<Record<string, string>> {
  return {
    stopped: scopeText(scope),
    since: new Date(at).toISOString(),
    control: String(version),
    ...(because !== undefined && { because }),
  };
}
