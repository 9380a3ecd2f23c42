import type { RunningRedisCluster, RunningSentinels } from './stack.d.mts';

export const PRIMARY_NAME: string;
export function startSentinels(): Promise<RunningSentinels>;
export function startRedisCluster(options?: { replicas?: number }): Promise<RunningRedisCluster>;
