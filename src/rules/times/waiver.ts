import type { Consent } from '../../model/customer-state.ts';
import { outweighs } from '../consent.ts';
import type { Facts } from '../rule-kind.ts';
import { channelNamed } from '../rule-kind.ts';

/** Whether every source that said something about the purpose, for the message's channel, last said that it is granted. */
export function isWaived(purpose: string, facts: Facts): boolean {
  const latest = new Map<string, Consent>();
  for (const each of facts.state.consents) {
    if (!applies(each, purpose, facts)) continue;
    const known = latest.get(each.source);
    if (known === undefined || outweighs(each, known)) latest.set(each.source, each);
  }
  return latest.size > 0 && [...latest.values()].every(({ status }) => status === 'granted');
}

/** A waiver must name its purpose; what takes it back may be wider. */
function applies(
  { channel, purpose, status }: Consent,
  waived: string,
  { message, channels }: Facts,
): boolean {
  if (channel !== undefined && channelNamed(channels, channel) !== message.channel) return false;
  return purpose === waived || (purpose === undefined && status !== 'granted');
}
