import type { Config } from './config.ts';
import { keysAt } from './fields.ts';
import type { NamedFiles } from './files.ts';
import type { Refusal } from './issues.ts';
import { resolveCustomerKey, resolveInputs, resolveKafka, resolveRedis, resolveRegistry } from './resolve.ts';
import type { ParsedConfig } from './schema.ts';

export interface Completed {
  /** Absent when a section is missing or was refused. */
  readonly config?: Config;
  readonly developmentKey: boolean;
  readonly refusals: readonly Refusal[];
}

export interface CompleteOptions {
  readonly needsCustomerKey: boolean;
  /** False when there is a configuration file: then the key must be in it, or in the environment. */
  readonly withoutFile: boolean;
}

/** Reads the files that the settled sections name and gives the final value, or what stands against it. */
export function completeConfig(
  settled: Partial<ParsedConfig>,
  { needsCustomerKey, withoutFile }: CompleteOptions,
  files: NamedFiles,
): Completed {
  const clientId = settled.applicationId ?? '';
  const kafka = settled.kafka && resolveKafka(settled.kafka, clientId, files);
  const redis = settled.redis && resolveRedis(settled.redis, files);
  const registry = settled.registry && resolveRegistry(settled.registry, files);
  const trial =
    withoutFile &&
    kafka !== undefined &&
    redis !== undefined &&
    isLocal([...kafka.brokers, ...redis.nodes], redis.url);
  const customerKey =
    settled.customerKey &&
    resolveCustomerKey(settled.customerKey, { needed: needsCustomerKey, trial }, files);
  const refusals = [...(customerKey?.refusals ?? []), ...files.refusals];
  const developmentKey = customerKey?.development ?? false;
  if (!isWhole(settled) || !kafka || !redis || !customerKey || refusals.length > 0)
    return { developmentKey, refusals };
  const { policy, inputs, groupId, registry: _, customerKey: __, ...plain } = settled;
  const config: Config = {
    ...plain,
    groupId: groupId ?? settled.applicationId,
    kafka,
    redis,
    inputs: resolveInputs(inputs, files),
    policy: { ...policy, file: files.locate(['policy', 'file'], policy.file) },
    ...(registry ? { registry } : {}),
    ...(customerKey.key ? { customerKey: customerKey.key } : {}),
  };
  return { config, developmentKey, refusals };
}

/** Every section settled, be it as absent. */
function isWhole(settled: Partial<ParsedConfig>): settled is ParsedConfig {
  return keysAt([]).every((section) => section in settled);
}

/** True when every address is this machine's own. */
export function isLocal(nodes: readonly string[], redisUrl: string): boolean {
  return [...nodes.map((node) => node.replace(/:\d+$/, '')), new URL(redisUrl).hostname].every(isLoopback);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
