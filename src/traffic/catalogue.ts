import type { Random } from './random.ts';

/** What the shop sells, as the category paths that messages and purchases carry. */
const CATEGORIES = [
  'shoes/running',
  'shoes/boots',
  'outdoor/tents',
  'outdoor/rucksacks',
  'cycling/helmets',
  'cycling/lights',
  'kitchen/coffee',
  'kitchen/fridges',
  'books/travel',
  'toys/puzzles',
] as const;

export interface Campaign {
  readonly id: string;
  readonly title: string;
  /** Start after midnight UTC, in hours. */
  readonly startHour: number;
  /** Mean delay of one message behind the start, in minutes: a burst with a tail. */
  readonly burstMinutes: number;
  /** Share of the reachable customers that are selected. */
  readonly share: number;
  readonly categories: readonly string[];
}

/** The newsletters of the day. */
export const NEWSLETTERS: readonly Campaign[] = [
  campaign('spring-sale', 'Spring sale: up to 40 % off', 7, 6, 0.55, ['shoes']),
  campaign('new-arrivals', 'New arrivals for the outdoors', 10.5, 5, 0.4, ['outdoor']),
  campaign('weekly-digest', 'Your weekly digest', 15, 8, 0.5, ['books', 'toys']),
  campaign('last-chance', 'Last chance: the sale ends tonight', 18.25, 4, 0.3, ['shoes']),
];

/** The pushes that go to many at once. */
export const PUSH_CAMPAIGNS: readonly Campaign[] = [
  campaign('lunch-flash', 'Flash offer until two', 11.5, 3, 0.6, ['kitchen']),
  campaign('evening-picks', 'Picked for your evening', 18.5, 4, 0.45, ['books']),
];

function campaign(
  id: string,
  title: string,
  startHour: number,
  burstMinutes: number,
  share: number,
  categories: readonly string[],
): Campaign {
  return { id, title, startHour, burstMinutes, share, categories };
}

/** One category, some far more often than others. */
export function pickCategory(random: Random): string {
  return random.weighted(CATEGORIES.map((category, rank) => [category, 1 / (rank + 1)] as const));
}
