import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take a minute or more, the longest first: begun last, one of them would run alone for long. */
const LONG = [
  'simulation/simulation.test.ts',
  'fault/chaos/chaos.test.ts',
  'fault/faults.test.ts',
  'simulation/mutants.test.ts',
  'fault/mutants.test.ts',
  'fault/failover.test.ts',
  'fuzz/fuzz.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = LONG.findIndex((file) => moduleId.endsWith(file));
      return found < 0 ? LONG.length : found;
    };
    const usual = await super.sort(files);
    return usual.toSorted((one, other) => place(one) - place(other));
  }
}
