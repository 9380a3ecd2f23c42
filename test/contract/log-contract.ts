import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import { logFetchContract } from './log-fetch-contract.ts';
import type { LogFixture } from './log-fixture.ts';
import { logGroupContract } from './log-group-contract.ts';
import { logProducerContract } from './log-producer-contract.ts';
import { LogScene } from './log-scene.ts';

/** The promises of the port Log, one by one. */
export function logContract(name: string, makeFixture: () => Promise<LogFixture>): void {
  describe(`the log ${name}`, () => {
    let fixture: LogFixture;
    let scene: LogScene;
    beforeAll(async () => {
      fixture = await makeFixture();
    });
    beforeEach(() => {
      scene = new LogScene(fixture);
    });
    afterEach(() => scene.close());
    afterAll(() => fixture?.close());

    describe('when read', () => logFetchContract(() => scene));
    describe('when written', () => logProducerContract(() => scene));
    describe('as a group', () => logGroupContract(() => scene));
  });
}
