import type { KafkaOptions, RunningKafka } from './stack.mjs';

export function startKafka(options?: KafkaOptions): Promise<RunningKafka>;
