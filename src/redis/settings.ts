/** How a Redis is reached; every value is given, defaults belong to the configuration. */
export interface RedisSettings {
  /** `redis://host:port/database`, or `rediss://` for TLS; user and password may stand in it. */
  readonly url: string;
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

export interface RedisTls {
  /** Absent: the well-known authorities. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Absent: the host of the address. */
  readonly serverName?: string;
}
