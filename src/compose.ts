import type { Abilities } from './cli/abilities.ts';
import { readControl } from './compose/control.ts';
import { readCustomer, readWaiting, scanOutputs } from './compose/customers.ts';
import { runEmbedded } from './compose/embedded.ts';
import { govern } from './compose/governing.ts';
import { SILENT } from './compose/kafka-tools.ts';
import { adoptShard, rebuildShard } from './compose/operating.ts';
import { configuredReader, kafkaSettings } from './compose/settings.ts';
import { readProcesses, readStatus } from './compose/status.ts';
import { tail } from './compose/tail.ts';
import { openSender } from './kafka/sender.ts';
import { createTopics, describeTopics } from './kafka/topics.ts';

/** What the commands can do, on the real adapters and on those in memory. */
export const abilities: Abilities = {
  runEmbedded,
  govern,
  readStatus,
  readProcesses,
  readControl,
  rebuildShard,
  adoptShard,
  tail,
  readCustomer,
  readWaiting,
  scanOutputs,
  createReader: configuredReader,
  describeTopics: (config, topics) => describeTopics(kafkaSettings(config), topics, SILENT),
  createTopics: (config, topics) => createTopics(kafkaSettings(config), topics, SILENT),
  async openSender(config) {
    const sender = await openSender(kafkaSettings(config), SILENT);
    return { send: async (records) => void (await sender.send(records)), close: () => sender.close() };
  },
};
