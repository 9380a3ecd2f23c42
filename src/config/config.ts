import type { ParsedConfig } from './schema.ts';
import type { Secret } from './secret.ts';

/** TLS as the clients need it: the contents of the files, in PEM. */
export interface TlsConfig {
  /** Absent: the well-known authorities. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: Secret;
  /** Absent: the host that is connected to. */
  readonly serverName?: string;
}

export interface SaslConfig {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512' | 'oauthbearer';
  readonly username: string;
  readonly password: Secret;
  /** Given with `oauthbearer`, and only with it. */
  readonly tokenEndpoint?: string;
  readonly scope?: string;
}

type KafkaParsed = Omit<ParsedConfig['kafka'], 'ssl' | 'sasl' | 'clientId'>;

export interface KafkaConfig extends KafkaParsed {
  readonly clientId: string;
  /** Absent: no TLS. */
  readonly ssl?: TlsConfig;
  readonly sasl?: SaslConfig;
}

export interface SentinelConfig {
  readonly name: string;
  readonly username?: string;
  readonly password?: Secret;
}

export interface RedisConfig {
  /** Without user and password: safe to show. */
  readonly url: string;
  readonly nodes: readonly string[];
  readonly cluster: boolean;
  readonly sentinel?: SentinelConfig;
  /** Absent: no TLS. */
  readonly tls?: TlsConfig;
  readonly username?: string;
  readonly password?: Secret;
  readonly keyPrefix: string;
  readonly commandTimeoutMs: number;
  readonly connectionTimeoutMs: number;
}

export interface RegistryConfig {
  readonly url: string;
  readonly username?: string;
  readonly password?: Secret;
}

type Resolved = 'kafka' | 'redis' | 'registry' | 'customerKey' | 'groupId';

/** Everything that was configured: checked, complete, secrets and files read, and frozen all the way down. */
export type Config = DeepReadonly<Omit<ParsedConfig, Resolved>> & {
  readonly groupId: string;
  readonly kafka: DeepReadonly<KafkaConfig>;
  readonly redis: RedisConfig;
  readonly registry?: RegistryConfig;
  /** Key of the customer hash, 32 bytes or more; absent only where `loadConfig` was told that it is not needed. */
  readonly customerKey?: Secret<Buffer>;
};

export type DeepReadonly<T> =
  T extends Secret<infer _> ? T : T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
