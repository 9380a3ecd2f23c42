import type { Config } from '../config/config.ts';
import type { Policy } from '../decide/policy.ts';
import { createKafkaLog } from '../kafka/kafka-log.ts';
import type { Control } from '../model/stop.ts';
import { ControlWatch } from './control-watch.ts';
import { SILENT } from './kafka-tools.ts';
import { kafkaSettings } from './settings.ts';

/** What is stopped just now, as the control topic says. */
export async function readControl(config: Config): Promise<Control> {
  const { control, changelog } = config.topics;
  const log = await createKafkaLog(kafkaSettings(config), { subscribe: [control], changelog }, SILENT);
  try {
    return await ControlWatch.read(log, control);
  } finally {
    await log.leave();
  }
}

/** The policy with what is stopped, the same value as long as neither changes. */
export function underControl(policyNow: () => Policy, controlNow: () => Control): () => Policy {
  let last: { policy: Policy; control: Control; together: Policy } | undefined;
  return () => {
    const [policy, control] = [policyNow(), controlNow()];
    if (control.version === 0) return policy;
    if (last?.policy !== policy || last.control !== control)
      last = { policy, control, together: Object.freeze({ ...policy, control }) };
    return last.together;
  };
}
