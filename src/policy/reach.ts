import type { Policy } from '../decide/policy.ts';
import type { Condition, Selector } from '../model/selector.ts';

/** Whether there is a message that all of the selectors may select. */
export function isReachable(
  policy: Pick<Policy, 'channels' | 'classes'>,
  ...selectors: readonly Selector[]
): boolean {
  return Object.keys(policy.classes).some((name) => reachesClass(policy, name, ...selectors));
}

/** Whether there is a message of this class that all of the selectors may select. */
export function reachesClass(
  { channels }: Pick<Policy, 'channels'>,
  name: string,
  ...selectors: readonly Selector[]
): boolean {
  return [...new Set(Object.values(channels))].some((channel) =>
    selectors.every((selector) => maySelect(selector, { channel, class: name })),
  );
}

interface Sort {
  readonly channel: string;
  readonly class: string;
}

/** Whether a message of this channel and class may be selected, whatever else it is. */
function maySelect(selector: Selector, sort: Sort): boolean {
  return selector.every((condition) => answer(condition, sort) !== false);
}

/** Undefined where it depends on more than channel and class. */
function answer(condition: Condition, sort: Sort): boolean | undefined {
  switch (condition.kind) {
    case 'field':
      if (condition.field !== 'channel' && condition.field !== 'class') return undefined;
      return condition.values.includes(sort[condition.field]);
    case 'any':
      return some(condition.of.map((each) => all(each, sort)));
    case 'not': {
      const inner = all(condition.of, sort);
      return inner === undefined ? undefined : !inner;
    }
    default:
      return undefined;
  }
}

function all(selector: Selector, sort: Sort): boolean | undefined {
  const answers = selector.map((condition) => answer(condition, sort));
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

function some(answers: readonly (boolean | undefined)[]): boolean | undefined {
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}
