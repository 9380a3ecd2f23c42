import { type Duration, SECOND } from '../../src/kernel/time.ts';

/** The limits stand here twice on purpose: as the policy has them, and in the checker's own words. */
export interface Limit {
  readonly rule: string;
  readonly channel: 'email' | 'sms';
  readonly limit: number;
  readonly window: Duration;
}

export const LIMITS: readonly Limit[] = [
  { rule: 'mail', channel: 'email', limit: 2, window: 20 * SECOND },
  { rule: 'text', channel: 'sms', limit: 1, window: 8 * SECOND },
];

/** E-mails beyond the limit are suppressed; texts wait. */
export const POLICY = `apiVersion: tact/v1
name: simulation
enforce: true
timezone: UTC
channels: { email: {}, sms: {} }
classes: { marketing: { default: true } }
rules:
  - { id: mail, for: { channel: email }, cap: { limit: 2, window: 20s } }
  - { id: text, for: { channel: sms }, cap: { limit: 1, window: 8s }, onBlock: { defer: { longest: 40s } } }
`;
