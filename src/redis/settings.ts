/** How a Redis is reached; every value is given, defaults belong to the configuration. */
export interface RedisSettings {
  /** `redis://host:port/database`, or `rediss://` for TLS; user and password may stand in it. In a cluster and with sentinels, one of them. */
  readonly url: string;
  /** Further nodes of the cluster, or sentinels, as `host:port`. */
  readonly nodes?: readonly string[];
  /** Whether it is a cluster. */
  readonly cluster?: boolean;
  /** Present: the addresses are sentinels', and name the primary. */
  readonly sentinel?: RedisSentinel;
  /** PEM texts; meaningful with `rediss://` only. The certificate and the host's name are always checked. */
  readonly tls?: RedisTls;
  readonly username?: string;
  readonly password?: string;
  /** Begins every key. */
  readonly keyPrefix: string;
  /** A command is answered within this time, connecting included, or it fails. */
  readonly commandTimeoutMs: number;
  /** A connection stands within this time, or the next attempt begins. */
  readonly connectionTimeoutMs: number;
}

export interface RedisSentinel {
  /** By which the sentinels know the primary. */
  readonly name: string;
  /** Of the sentinels themselves. */
  readonly username?: string;
  readonly password?: string;
}

export interface RedisTls {
  /** Absent: the well-known authorities. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Absent: the host of the address. */
  readonly serverName?: string;
}
