import type { Outcome } from './check.d.mts';
import type { TopicRecord } from './wire/cluster.d.mts';

export function outcomeOf(outlet: Outcome['outlet'], record: TopicRecord): Outcome;
