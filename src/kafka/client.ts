import type { Kafka, KafkaConfig, SASLOptions } from 'kafkajs';
import { AccessTokens } from './access-token.ts';
import { type KafkaJs, loadKafkaJs } from './client-library.ts';
import type { KafkaSasl, KafkaSettings, KafkaTls, LogLine } from './settings.ts';

/** One mended copy of the library for the whole process, loaded at the first use. */
export function kafkaJs(): KafkaJs {
  loaded ??= loadKafkaJs().kafkajs;
  return loaded;
}
let loaded: KafkaJs | undefined;

export interface Patience {
  readonly retries: number;
  readonly initialRetryTime: number;
  readonly maxRetryTime: number;
}

/** For requests whose caller has a loop of its own: fails within about a second. */
export const IMPATIENT: Patience = { retries: 3, initialRetryTime: 50, maxRetryTime: 300 };

/** A client of its own, sharing neither connections nor offsets with any other. */
export function createClient(settings: KafkaSettings, logLine: LogLine, patience: Patience): Kafka {
  const { Kafka, logLevel } = kafkaJs();
  return new Kafka({
    ...connection(settings),
    clientId: settings.clientId,
    connectionTimeout: settings.connectionTimeoutMs,
    requestTimeout: settings.requestTimeoutMs,
    retry: { ...patience, factor: 0.2, multiplier: 1.6 },
    logLevel: logLevel.INFO,
    logCreator:
      () =>
      ({ namespace, level, log }) =>
        logLine({ namespace, level, log: { ...log } }),
  });
}

function connection(settings: KafkaSettings): KafkaConfig {
  return {
    brokers: [...settings.brokers],
    ...(settings.ssl && { ssl: tls(settings.ssl) }),
    ...(settings.sasl && { sasl: sasl(settings.sasl) }),
  };
}

function tls({ ca, cert, key, serverName }: KafkaTls) {
  return {
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca: [ca] }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(serverName !== undefined && { servername: serverName }),
  };
}

function sasl(settings: KafkaSasl): SASLOptions {
  const { mechanism, username, password } = settings;
  if (mechanism !== 'oauthbearer') return { mechanism, username, password } as SASLOptions;
  const tokens = tokensOf(settings);
  return { mechanism, oauthBearerProvider: async () => ({ value: await tokens.token() }) };
}

/** All clients of a process show the same token. */
function tokensOf({ username, password, tokenEndpoint = '', scope }: KafkaSasl): AccessTokens {
  const key = JSON.stringify([tokenEndpoint, username, password, scope]);
  const tokens =
    tokensBySource.get(key) ??
    new AccessTokens({
      tokenEndpoint,
      clientId: username,
      clientSecret: password,
      ...(scope !== undefined && { scope }),
    });
  tokensBySource.set(key, tokens);
  return tokens;
}
const tokensBySource = new Map<string, AccessTokens>();
