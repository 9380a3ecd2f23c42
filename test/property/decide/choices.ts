import fc from 'fast-check';

export const some = <T>(...values: T[]) => fc.constantFrom(...values);
/** Absent in one case of two. */
export const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
/** Absent in three cases of four. */
export const seldom = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** Leaves out what is undefined, as the types and the YAML demand. */
export function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}

/** A record of which the absent parts are left out. */
export function parts<T extends object>(
  of: { [K in keyof T]: fc.Arbitrary<T[K] | undefined> },
): fc.Arbitrary<T> {
  return fc
    .record(of as Record<string, fc.Arbitrary<unknown>>)
    .map((value) => defined(value) as unknown as T);
}

export const oneOrTwo = <T>(...values: T[]) =>
  fc.uniqueArray(some(...values), { minLength: 1, maxLength: 2 });

export const CHANNELS = ['email', 'sms', 'push'];
export const CLASSES = ['marketing', 'service', 'security'];
export const CAMPAIGNS = ['spring', 'summer'];
export const CATEGORIES = ['shoes', 'shoes/running', 'books'];
export const PRODUCTS = ['p-1', 'p-2'];
export const TOPICS = ['news', 'offers'];
export const SENDERS = ['crm', 'app', 'login'];
export const PURPOSES = ['ads', 'nights'];
export const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'UTC',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/Sao_Paulo',
];

/** Of windows, quiet hours and calendar days. */
export const zone = some('customer', 'policy', ...ZONES);
