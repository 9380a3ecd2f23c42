import { describe, expect, it } from 'vitest';
import { checkBrokerClock, ShardClock } from '../../../src/shard/clock.ts';

const still = (now: number) => ({ wallClock: () => now, monotonic: () => 0 });

describe('a shard’s clock', () => {
  it('never runs backwards', () => {
    const times = [1_000, 1_000, 900, 1_100];
    const clock = new ShardClock(
      { wallClock: () => times.shift() as number, monotonic: () => 0 },
      60_000,
      950,
    );
    expect([clock.next(), clock.next(), clock.next()]).toEqual([1_000, 1_000, 1_100]);
  });

  it('goes on from the last owner’s now', () => {
    expect(new ShardClock(still(1_000), 60_000, 50_000).next()).toBe(50_000);
  });

  it('refuses when the machine is further behind than is tolerated', () => {
    expect(new ShardClock(still(1_000), 60_000, 61_000).next()).toBe(61_000);
    expect(() => new ShardClock(still(1_000), 60_000, 61_001).next()).toThrow(/60001 ms behind/);
  });

  it('refuses when the machine’s clock was set since the acquire, in either direction', () => {
    let wall = 1_000_000;
    let even = 0;
    const clock = new ShardClock({ wallClock: () => wall, monotonic: () => even }, 60_000, 0);
    [wall, even] = [1_600_000, 600_000];
    expect(clock.next()).toBe(1_600_000);
    wall += 60_001;
    expect(() => clock.next()).toThrow(/was set by 60001 ms/);
    wall -= 60_001;
    expect(clock.next()).toBe(1_600_000);
  });

  it('is compared with the broker’s, both ways', () => {
    expect(() => checkBrokerClock(1_500, 1_000, 2_000, 0)).not.toThrow();
    expect(() => checkBrokerClock(62_000, 1_000, 2_000, 60_000)).not.toThrow();
    expect(() => checkBrokerClock(62_001, 1_000, 2_000, 60_000)).toThrow(/60001 ms apart/);
    expect(() => checkBrokerClock(39_999, 100_000, 100_010, 60_000)).toThrow(/60001 ms apart/);
  });
});
