import { BROKER_FAULTS } from './faults/brokers.mjs';
import { CLOCK_AND_POLICY_FAULTS } from './faults/clock-and-policy.mjs';
import { NETWORK_FAULTS } from './faults/network.mjs';
import { PROCESS_FAULTS } from './faults/processes.mjs';
import { RECORD_FAULTS } from './faults/records.mjs';
import { REDIS_FAULTS } from './faults/redis.mjs';
import { STRANGER_FAULTS } from './faults/strangers.mjs';

/**
 * What is done to a running system. `inject` resolves to whether it was felt, by evidence that is its own; it may leave what it
 * broke broken, since everything is healed after it.
 * @typedef {object} Fault
 * @property {string} id
 * @property {string} kind two of one kind are not tried together
 * @property {string} title
 * @property {string} [family] title of all whose id begins with the same word, where there are several
 * @property {(world: import('./world.mjs').World) => Promise<boolean>} inject
 */

/** @type {readonly Fault[]} */
export const FAULTS = [
  ...PROCESS_FAULTS,
  ...NETWORK_FAULTS,
  ...BROKER_FAULTS,
  ...REDIS_FAULTS,
  ...RECORD_FAULTS,
  ...STRANGER_FAULTS,
  ...CLOCK_AND_POLICY_FAULTS,
];
