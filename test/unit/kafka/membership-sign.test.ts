import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MembershipSign } from '../../../src/kafka/membership-sign.ts';

describe('the sign of membership', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  function sign() {
    const told: boolean[] = [];
    return { told, membership: new MembershipSign(6_000, (isMember) => told.push(isMember)) };
  }

  it('is told at each change and at no other time', () => {
    const { told, membership } = sign();
    membership.lost();
    membership.confirmed();
    membership.confirmed();
    membership.lost();
    membership.lost();
    membership.confirmed();
    expect(told).toEqual([true, false, true]);
  });

  it('is lost when the group has confirmed nothing for a session time-out', () => {
    const { told, membership } = sign();
    membership.confirmed();
    vi.advanceTimersByTime(5_900);
    membership.confirmed();
    vi.advanceTimersByTime(5_900);
    expect(told).toEqual([true]);
    vi.advanceTimersByTime(100);
    expect(told).toEqual([true, false]);
  });
});
