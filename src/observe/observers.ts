import type { ShardObserver } from '../shard/observer.ts';

/** Tells several observers, in order. */
export function tellAll(...observers: readonly ShardObserver[]): ShardObserver {
  const all = (tell: (observer: ShardObserver) => void) => {
    for (const observer of observers) tell(observer);
  };
  return {
    stateChanged: (...args) => all((observer) => observer.stateChanged(...args)),
    acquireStarted: (...args) => all((observer) => observer.acquireStarted(...args)),
    acquired: (...args) => all((observer) => observer.acquired(...args)),
    watermarkMismatch: (...args) => all((observer) => observer.watermarkMismatch(...args)),
    turnFinished: (...args) => all((observer) => observer.turnFinished(...args)),
    transaction: (...args) => all((observer) => observer.transaction(...args)),
    deferred: (...args) => all((observer) => observer.deferred(...args)),
    lag: (...args) => all((observer) => observer.lag(...args)),
    note: (...args) => all((observer) => observer.note(...args)),
  };
}
