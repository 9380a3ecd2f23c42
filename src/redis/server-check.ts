import { TactError } from '../kernel/errors.ts';

/** What a Redis says of itself. */
export interface ServerReport {
  readonly version: string;
  /** Sentences for the operator; empty when all is as advised. None keeps Tact from working. */
  readonly warnings: readonly string[];
}

const VERSION_MIN = [6, 2] as const;

/** Reads the replies of INFO, of the server or of all primaries of a cluster. Throws `redis-refused` when a version is too old. */
export function reportOf(
  infos: readonly string[],
  { isCluster }: { readonly isCluster: boolean },
): ServerReport {
  const reports = infos.map((info) => reportOfOne(info, isCluster));
  const version = [...new Set(reports.map((each) => each.version))].join(', ');
  return { version, warnings: [...new Set(reports.flatMap(({ warnings }) => warnings))] };
}

function reportOfOne(info: string, isCluster: boolean): ServerReport {
  const facts = new Map(
    info.split(/\r?\n/).map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)];
    }),
  );
  const version = facts.get('redis_version') ?? 'unknown';
  if (isOlder(version)) {
    throw new TactError(
      'redis-refused',
      `redis ${version} is too old: ${VERSION_MIN.join('.')} or later is needed`,
      { retryable: false },
    );
  }
  const warnings: string[] = [];
  const policy = facts.get('maxmemory_policy') ?? 'unknown';
  if (policy !== 'noeviction') {
    warnings.push(`maxmemory-policy is ${policy}: an evicted shard is rebuilt from the log; set noeviction`);
  }
  if (facts.get('role') === 'slave') warnings.push('this is a replica: it cannot be written to');
  if (facts.get('cluster_enabled') === '1' && !isCluster) {
    warnings.push(
      'this is a node of a cluster, and shards in slots of other nodes cannot be reached: set redis.cluster: true',
    );
  }
  return { version, warnings };
}

function isOlder(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  if (major === undefined || Number.isNaN(major)) return false;
  return major < VERSION_MIN[0] || (major === VERSION_MIN[0] && (minor ?? 0) < VERSION_MIN[1]);
}
