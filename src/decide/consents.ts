import type { Instant } from '../kernel/time.ts';
import type { Consent, CustomerState } from '../model/customer-state.ts';
import { outweighs } from '../rules/consent.ts';
import { type ChannelNames, channelNamed } from '../rules/rule-kind.ts';

/** So many consents of one customer are kept. */
const CONSENTS_MAX = 200;

/** With what a source says about a channel and purpose, unless it said something later, or more definite, about the same. */
export function addConsent(
  state: CustomerState,
  consent: Consent,
  { channels }: { readonly channels: ChannelNames },
): CustomerState {
  const place = state.consents.findIndex(
    ({ channel, purpose, source }) =>
      isSameChannel(channel, consent.channel, channels) &&
      purpose === consent.purpose &&
      source === consent.source,
  );
  const known = state.consents[place];
  if (known !== undefined) {
    return outweighs(consent, known) ? { ...state, consents: state.consents.with(place, consent) } : state;
  }
  if (state.consents.some((each) => includes(each, consent, channels))) return state;
  const consents = bounded([...state.consents, consent]);
  return consents.length === state.consents.length && !consents.includes(consent)
    ? state
    : { ...state, consents };
}

/** Channels go by any of their names. */
function isSameChannel(one: string | undefined, other: string | undefined, channels: ChannelNames): boolean {
  if (one === undefined || other === undefined) return one === other;
  return (channelNamed(channels, one) ?? one) === (channelNamed(channels, other) ?? other);
}

/** Whether a withdrawal says all that a narrower, older one says. */
function includes(wide: Consent, narrow: Consent, channels: ChannelNames): boolean {
  return (
    wide.source === narrow.source &&
    wide.status === 'withdrawn' &&
    narrow.status === 'withdrawn' &&
    wide.at >= narrow.at &&
    (wide.channel === undefined || isSameChannel(wide.channel, narrow.channel, channels)) &&
    (wide.purpose === undefined || wide.purpose === narrow.purpose)
  );
}

/** Consents are let go before withdrawals, the oldest first; too many withdrawals of a source are one of everything. */
function bounded(consents: readonly Consent[]): readonly Consent[] {
  if (consents.length <= CONSENTS_MAX) return consents;
  const given = consents.filter(({ status }) => status !== 'withdrawn');
  const oldest = given.reduce<Consent | undefined>(
    (old, each) => (old && old.at <= each.at ? old : each),
    undefined,
  );
  if (oldest !== undefined) return consents.filter((each) => each !== oldest);
  const latest = new Map<string, Instant>();
  for (const { source, at } of consents) latest.set(source, Math.max(at, latest.get(source) ?? at));
  return [...latest]
    .sort(([, one], [, other]) => other - one)
    .slice(0, CONSENTS_MAX)
    .map(([source, at]) => ({ status: 'withdrawn', at, source }));
}
