import { describe, expect, it } from 'vitest';
import {
  type Clocks,
  checkBrokerClock,
  checkStamp,
  ShardClock,
  UNSTAMPED,
} from '../../../src/shard/clock.ts';

const still = (now: number) => ({ wallClock: () => now, monotonic: () => 0 });

function clockFrom(last: number, clocks: Clocks): ShardClock {
  const clock = new ShardClock(clocks, 60_000);
  clock.goOnFrom(last);
  return clock;
}

describe('a shard’s clock', () => {
  it('never runs backwards', () => {
    const times = [1_000, 1_000, 900, 1_100];
    const clock = clockFrom(950, { wallClock: () => times.shift() as number, monotonic: () => 0 });
    expect([clock.next(), clock.next(), clock.next()]).toEqual([1_000, 1_000, 1_100]);
  });

  it('goes on from the last owner’s now', () => {
    expect(clockFrom(50_000, still(1_000)).next()).toBe(50_000);
  });

  it('refuses when the machine is further behind than is tolerated', () => {
    expect(clockFrom(61_000, still(1_000)).next()).toBe(61_000);
    expect(() => clockFrom(61_001, still(1_000)).next()).toThrow(/60001 ms behind/);
  });

  it('refuses when the machine’s clock was set since the acquire, in either direction', () => {
    let wall = 1_000_000;
    let even = 0;
    const clock = clockFrom(0, { wallClock: () => wall, monotonic: () => even });
    [wall, even] = [1_600_000, 600_000];
    expect(clock.next()).toBe(1_600_000);
    wall += 60_001;
    expect(() => clock.next()).toThrow(/was set by 60001 ms/);
    wall -= 60_001;
    expect(clock.next()).toBe(1_600_000);
  });

  it('is compared with nothing where the broker keeps the time that it was sent', () => {
    const changelog = { topic: 'tact.state', partition: 3 };
    expect(() => checkStamp(Date.now(), changelog)).not.toThrow();
    expect(() => checkStamp(UNSTAMPED, changelog)).toThrow(/tact\.state .*LogAppendTime/);
  });

  it('is compared with the broker’s, both ways', () => {
    expect(() => checkBrokerClock(1_500, 1_000, 2_000, 0)).not.toThrow();
    expect(() => checkBrokerClock(62_000, 1_000, 2_000, 60_000)).not.toThrow();
    expect(() => checkBrokerClock(62_001, 1_000, 2_000, 60_000)).toThrow(/60001 ms apart/);
    expect(() => checkBrokerClock(39_999, 100_000, 100_010, 60_000)).toThrow(/60001 ms apart/);
  });
});
