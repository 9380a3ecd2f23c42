import type { EmbeddedRun } from '../cli/abilities.ts';
import type { MemoryBroker } from '../memory/memory-broker.ts';
import type { Decision } from '../model/decision.ts';
import type { OutboundMessage } from '../model/message.ts';
import { DEAD_LETTER_TOPIC, DECIDED_TOPIC, EMBEDDED_SHARDS } from './embedded-settings.ts';

/** Reads what an embedded run published and tells it. */
export class Outcomes {
  readonly #broker: MemoryBroker;
  readonly #run: EmbeddedRun;
  readonly #next = new Map<string, number>();

  constructor(broker: MemoryBroker, run: EmbeddedRun) {
    this.#broker = broker;
    this.#run = run;
  }

  tell(): void {
    for (let partition = 0; partition < EMBEDDED_SHARDS; partition++) {
      for (const { value } of this.#read(DECIDED_TOPIC, partition)) {
        const decided = JSON.parse(String(value)) as Decision & { message: OutboundMessage };
        this.#run.onDecided(decided.message, decided);
      }
      for (const { headers } of this.#read(DEAD_LETTER_TOPIC, partition)) {
        const header = (name: string) => headers.find((each) => each.name === name)?.value?.toString() ?? '';
        this.#run.onDeadLetter(
          header('__connect.errors.topic'),
          header('__connect.errors.exception.class.name'),
        );
      }
    }
  }

  #read(topic: string, partition: number) {
    const key = `${topic}/${partition}`;
    const records = this.#broker.read(topic, partition, { from: this.#next.get(key) ?? 0 });
    const last = records.at(-1);
    if (last) this.#next.set(key, last.offset + 1);
    return records;
  }
}
