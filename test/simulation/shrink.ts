import type { Scenario } from './scenario.ts';

/**
 * The least that still is red: faults and inputs are left out as long as it is. The network's delays change with every part
 * that is left out, so what is found is a smaller way to break the same promise, not always the same way.
 */
export async function shrink(
  scenario: Scenario,
  isRed: (smaller: Scenario) => Promise<boolean>,
): Promise<Scenario> {
  let least = scenario;
  for (;;) {
    const before = least.faults.length + least.inputs.length;
    const withFaults = (faults: Scenario['faults']) => ({ ...least, faults });
    least = withFaults(await fewer(least.faults, (left) => isRed(withFaults(left))));
    const withInputs = (inputs: Scenario['inputs']) => ({ ...least, inputs });
    least = withInputs(await fewer(least.inputs, (left) => isRed(withInputs(left))));
    if (least.faults.length + least.inputs.length === before) return least;
  }
}

/** Leaves out half, then smaller parts, then single ones. */
async function fewer<T>(
  items: readonly T[],
  isEnough: (left: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let left = items;
  for (let size = Math.ceil(items.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < left.length; ) {
      const without = [...left.slice(0, from), ...left.slice(from + size)];
      if (await isEnough(without)) left = without;
      else from += size;
    }
  }
  return left;
}
