// What a mutant's world is governed by. Each limit stands here twice on purpose: in the policy, which the governors read, and
// in the checker's own words.

const policyOf = (rule) => `apiVersion: tact/v1
name: mutants
enforce: true
timezone: UTC
channels: { email: {} }
classes: { marketing: { default: true } }
rules:
  - ${rule}
`;

/**
 * @typedef {object} Rules
 * @property {string} policy
 * @property {import('../../checker/judge/limits.mjs').Limit} limit
 */

/** Two e-mails a week; what goes beyond is suppressed. @type {Rules} */
export const TWO_A_WEEK = {
  policy: policyOf('{ id: email-week, for: { channel: email }, cap: { limit: 2, window: 7d } }'),
  limit: { id: 'email week', where: { channel: 'email' }, limit: 2, windowMs: 7 * 86_400_000 },
};

/** One e-mail in four seconds; what goes beyond waits. Long enough to act while something waits. @type {Rules} */
export const ONE_AT_A_TIME = {
  policy: policyOf(
    '{ id: email-burst, for: { channel: email }, cap: { limit: 1, window: 4s }, onBlock: { defer: { longest: 5m } } }',
  ),
  limit: { id: 'email burst', where: { channel: 'email' }, limit: 1, windowMs: 4_000 },
};
