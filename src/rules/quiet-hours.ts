import type { Instant } from '../kernel/time.ts';
import { readClock, timeText } from '../model/clock-reading.ts';
import type { Finding } from '../model/decision.ts';
import { zonesOfCountry } from '../model/plausible-zones.ts';
import { firstOpenInstant, isOpenAt, type Timetable } from '../model/timetable.ts';
import type { Facts, RuleKind } from './rule-kind.ts';
import { customerZone } from './times/customer-zone.ts';
import { isWaived } from './times/waiver.ts';
import { type OpenTimes, type QuietHours, quietHoursSchema } from './times/written-quiet-hours.ts';

const ZONES_SHOWN = 5;

/** Nothing at quiet times where the customer is, or may be, nor while the customer is busy. */
export const quietHours: RuleKind<QuietHours> = {
  schema: quietHoursSchema,
  exemption: 'quiet-hours',
  counting: false,
  atTop: false,
  deferrable: true,
  recurs: () => true,
  reads: ({ open, zone, unknownZone, country }) => ({
    attributes: [
      ...(zone === 'customer' && unknownZone === 'strict' ? [country] : []),
      ...(open.kind === 'by-region' ? [open.attribute] : []),
    ],
  }),
  evaluate(rule, facts) {
    const { spec } = rule;
    const { now } = facts;
    const waived = spec.waivedBy !== undefined && isWaived(spec.waivedBy, facts);
    const zones = waived ? [] : zonesOf(spec, facts);
    const freeAt = spec.doNotDisturb ? (facts.state.busyUntil ?? now) : now;
    if (zones === undefined && freeAt <= now) return undefined;
    const timetable = timetableOf(spec.open, facts);
    const looked = zones ?? [];
    const quiet = looked.find((zone) => !isOpenAt(timetable, readClock(zone, now)));
    const evidence = waived ? { waivedBy: spec.waivedBy as string } : evidenceOf(looked, quiet, now);
    return freeAt > now || quiet !== undefined
      ? blocks(rule.id, freeAt > now, evidence, firstOpenInstant(timetable, looked, Math.max(now, freeAt)))
      : { rule: rule.id, kind: 'quietHours', verdict: 'allows', reason: 'cleared', evidence };
  },
};

function blocks(
  rule: string,
  isBusy: boolean,
  evidence: Readonly<Record<string, string>>,
  nextEligibleAt: Instant | undefined,
): Finding {
  return {
    rule,
    kind: 'quietHours',
    verdict: 'blocks',
    reason: isBusy ? 'do-not-disturb' : 'quiet-hours',
    evidence,
    ...(nextEligibleAt !== undefined && { nextEligibleAt }),
  };
}

/** Where it must not be quiet; undefined when that is unknown and to be ignored. */
function zonesOf({ zone, unknownZone, country }: QuietHours, facts: Facts): readonly string[] | undefined {
  const { state, timezone } = facts;
  if (zone !== 'customer') return [zone === 'policy' ? timezone : zone];
  const known = customerZone(state);
  if (known !== undefined) return [known];
  if (unknownZone === 'ignore') return undefined;
  const plausible = unknownZone === 'strict' ? zonesOfCountry(state.attributes[country] ?? '') : undefined;
  return plausible ?? [timezone];
}

function timetableOf(open: OpenTimes, { state }: Facts): Timetable {
  if (open.kind === 'same') return open.timetable;
  const region = state.attributes[open.attribute] ?? '';
  return open.timetables[region.toUpperCase().replace(/^US-/, '')] ?? open.unknown;
}

/** What was looked at, and what the clock showed: where it is quiet, else in the first of the zones. */
function evidenceOf(
  zones: readonly string[],
  quiet: string | undefined,
  now: Instant,
): Readonly<Record<string, string>> {
  const zone = quiet ?? zones[0];
  if (zone === undefined) return {};
  const more = zones.length - ZONES_SHOWN;
  const names = zones.slice(0, ZONES_SHOWN).join(', ');
  return {
    zones: more > 0 ? `${names} and ${more} more` : names,
    reading: `${timeText(readClock(zone, now))} ${zone}`,
  };
}
