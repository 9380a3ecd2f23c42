import type { EmbeddedRun } from '../../../src/cli/abilities.ts';
import { decide } from '../../../src/decide/decide.ts';
import { fold } from '../../../src/decide/fold.ts';
import type { CustomerState } from '../../../src/model/customer-state.ts';
import { inputSchema } from '../../../src/records/input.ts';
import { createRecordReader } from '../../../src/records/record-reader.ts';
import { createSchemaSource } from '../../../src/records/schema-source.ts';

/** Decides every record at once, without shards: what the embedded run must come to, too. */
export async function runDirectly(run: EmbeddedRun): Promise<void> {
  const inputs = run.inputs.map((input) => inputSchema.parse(input));
  const reader = createRecordReader({ inputs, schemaSource: createSchemaSource(), reroutedTopics: [] });
  const states = new Map<string, CustomerState>();
  let offset = 0;
  for (const { at, topic, key, value } of run.records) {
    offset += 1;
    const read = reader.read({
      topic,
      partition: 0,
      offset,
      timestamp: at,
      key: key === null ? null : Buffer.from(key),
      value: Buffer.from(value),
      headers: [],
    });
    if (read.kind === 'unreadable') run.onDeadLetter(topic, read.failure.reason);
    else if (read.kind === 'interaction') {
      const { customerId } = read.interaction;
      states.set(customerId, fold(run.policy, states.get(customerId), read.interaction, at));
    } else if (read.kind === 'message') {
      const { customerId } = read.message;
      const { decision, state } = decide(run.policy, states.get(customerId), read.message, at);
      states.set(customerId, state);
      run.onDecided(read.message, decision);
    }
  }
}
