import type { RedisOptions, RunningRedis } from './stack.mjs';

export function startRedis(options?: RedisOptions): Promise<RunningRedis>;
