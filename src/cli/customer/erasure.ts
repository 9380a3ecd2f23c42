import type { Config } from '../../config/config.ts';
import type { Duration, Instant } from '../../kernel/time.ts';
import type { CustomerState } from '../../model/customer-state.ts';
import type { Abilities, RememberedCustomer, SentRecord } from '../abilities.ts';
import { waitFor } from '../wait.ts';

/** Between two looks at whether it has been done. */
const LOOK: Duration = 200;

export interface Erasing {
  readonly config: Config;
  readonly customerId: string;
  /** The input for interactions that tells the shard. */
  readonly topic: string;
  readonly now: () => Instant;
  /** How long it may take until nothing is remembered any more. */
  readonly patience: Duration;
  readonly signal: AbortSignal;
}

export interface Erasure {
  readonly remembered: RememberedCustomer;
  /** Since when nothing may be sent; absent: nobody has done it yet. */
  readonly erasedAt?: Instant;
}

/**
 * Tells the customer's shard to forget the customer, and waits until it has: then its state holds that nothing may be sent, and
 * nothing else, and no message of the customer waits.
 */
export async function eraseCustomer(erasing: Erasing, abilities: Abilities): Promise<Erasure> {
  const { config, now, patience, signal } = erasing;
  const before = erasedAtOf(await read(erasing, abilities));
  const asked = now();
  const sender = await abilities.openSender(config);
  try {
    await sender.send([recordOf(erasing, asked)]);
  } finally {
    await sender.close();
  }
  for (;;) {
    const remembered = await read(erasing, abilities);
    const erasedAt = erasedAtOf(remembered);
    if (erasedAt !== undefined && (before === undefined || erasedAt > before))
      return { remembered, erasedAt };
    if (now() - asked >= patience || signal.aborted) return { remembered };
    await waitFor(LOOK, signal);
  }
}

function read({ config, customerId }: Erasing, { readCustomer }: Abilities): Promise<RememberedCustomer> {
  return readCustomer(config, customerId);
}

function recordOf({ customerId, topic }: Erasing, at: Instant): SentRecord {
  const value = { customerId, interactionId: `erased-${at}`, type: 'erased', occurredAt: at };
  return {
    topic,
    key: Buffer.from(customerId),
    value: Buffer.from(JSON.stringify(value)),
    headers: [],
    timestamp: at,
  };
}

function erasedAtOf({ state }: { readonly state: CustomerState | undefined }): Instant | undefined {
  return state?.optOuts.find(({ cause }) => cause === 'erasure')?.at;
}
