import type { CustomerEvent } from '../../../src/model/customer-state.ts';
import type { EventNeed } from '../../../src/rules/rule-kind.ts';

/** What is left of the events, in the order of time, where only that is kept which the needs ask for. */
export function keptOf(
  needs: readonly EventNeed[],
  events: readonly CustomerEvent[],
  now: number,
): CustomerEvent[] {
  return [...new Set(needs.map(({ type }) => type))]
    .flatMap((type) =>
      keptOfType(
        needs.filter((need) => need.type === type),
        events,
        now,
      ),
    )
    .sort((one, other) => one.at - other.at);
}

function keptOfType(
  needs: readonly EventNeed[],
  events: readonly CustomerEvent[],
  now: number,
): CustomerEvent[] {
  const count = Math.max(...needs.map((need) => need.count));
  const length = Math.max(...needs.map((need) => need.for ?? Number.POSITIVE_INFINITY));
  const fields = needs.flatMap((need) => need.fields);
  const labels = needs.flatMap((need) => need.labels);
  const known = events.filter(({ type, at }) => type === needs[0]?.type && at > now - length);
  const kept = new Map<string, CustomerEvent[]>();
  for (const { type, at, channel, campaignId, categories, products, labels: given } of known) {
    const about = {
      ...(fields.includes('channel') && channel !== undefined && { channel }),
      ...(fields.includes('campaign') && campaignId !== undefined && { campaignId }),
      categories: fields.includes('category') ? categories : [],
      products: fields.includes('product') ? products : [],
      labels: Object.fromEntries(Object.entries(given).filter(([name]) => labels.includes(name))),
    };
    const alike = kept.get(JSON.stringify(about)) ?? [];
    if (!alike.some((each) => each.at === at)) alike.push({ type, at, ...about });
    alike.sort((one, other) => one.at - other.at);
    kept.set(JSON.stringify(about), alike.slice(-count));
  }
  return [...kept.values()].flat();
}
