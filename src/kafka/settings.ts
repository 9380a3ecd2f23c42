import type { Duration } from '../kernel/time.ts';

/** How a Kafka is reached and how patient the client is; every value is given, defaults belong to the configuration. */
export interface KafkaSettings {
  /** `host:port`, asked in turn until one answers. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly groupId: string;
  /** Begins every transactional id: `<applicationId>-<shard>`. */
  readonly applicationId: string;
  /** Absent: no TLS. */
  readonly ssl?: KafkaTls;
  readonly sasl?: KafkaSasl;
  readonly connectionTimeoutMs: Duration;
  readonly requestTimeoutMs: Duration;
  /** A silent member loses its shards after. */
  readonly sessionTimeoutMs: Duration;
  readonly heartbeatIntervalMs: Duration;
  /** A member that does not join a rebalance within this time is left out of it. */
  readonly rebalanceTimeoutMs: Duration;
  /** The broker aborts a transaction that is open for longer. At most its `transaction.max.timeout.ms`. */
  readonly transactionTimeoutMs: Duration;
  readonly metadataMaxAgeMs: Duration;
  /** An idle fetch waits at the broker for at most this long; what another shard asks meanwhile waits behind it. */
  readonly fetchMaxWaitMs: Duration;
  readonly fetchPartitionBytesMax: number;
  readonly fetchBytesMax: number;
}

/** PEM texts. The certificate and the host's name are always checked. */
export interface KafkaTls {
  /** Absent: the well-known authorities. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Absent: the host of each broker. */
  readonly serverName?: string;
}

export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512' | 'oauthbearer';
  /** With `oauthbearer` the client's id, and the password its secret. */
  readonly username: string;
  readonly password: string;
  /** Where `oauthbearer` gets its access tokens; given with it, and only with it. */
  readonly tokenEndpoint?: string;
  readonly scope?: string;
}

/** A line that the client logs; level 1 is an error, 2 a warning, 4 information, 5 debugging. */
export interface KafkaLogLine {
  readonly namespace: string;
  readonly level: number;
  readonly log: Readonly<Record<string, unknown>>;
}

export type LogLine = (line: KafkaLogLine) => void;
