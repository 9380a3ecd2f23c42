import type {
  Config,
  KafkaConfig,
  RedisConfig,
  RegistryConfig,
  SaslConfig,
  SentinelConfig,
  TlsConfig,
} from './config.ts';
import { DEVELOPMENT_KEY, keyBytes } from './customer-key-secret.ts';
import type { NamedFiles } from './files.ts';
import type { Refusal } from './issues.ts';
import type { ParsedConfig } from './schema.ts';
import { Secret } from './secret.ts';

type Parsed<Section extends keyof ParsedConfig> = Readonly<NonNullable<ParsedConfig[Section]>>;

export function resolveKafka(parsed: Parsed<'kafka'>, clientId: string, files: NamedFiles): KafkaConfig {
  const { ssl, sasl, ...plain } = parsed;
  const tls = ssl?.enabled ? resolveTls(['kafka', 'ssl'], ssl, files) : undefined;
  const password =
    sasl &&
    files.readSecret(['kafka', 'sasl'], sasl.password, { field: 'passwordFile', path: sasl.passwordFile });
  return {
    ...plain,
    clientId: parsed.clientId ?? clientId,
    ...(tls === undefined ? {} : { ssl: tls }),
    ...(sasl && password ? { sasl: resolveSasl(sasl, password) } : {}),
  };
}

function resolveSasl(
  { mechanism, username, tokenEndpoint, scope }: NonNullable<Parsed<'kafka'>['sasl']>,
  password: Secret,
): SaslConfig {
  return {
    mechanism,
    username,
    password,
    ...(tokenEndpoint === undefined ? {} : { tokenEndpoint }),
    ...(scope === undefined ? {} : { scope }),
  };
}

export function resolveRedis(parsed: Parsed<'redis'>, files: NamedFiles): RedisConfig {
  const { url, tls, username, password, passwordFile, sentinel, ...plain } = parsed;
  const address = splitCredentials(url);
  const secret =
    address.password ?? files.readSecret(['redis'], password, { field: 'passwordFile', path: passwordFile });
  return {
    ...plain,
    url: address.url,
    ...optional('username', address.username ?? username),
    ...optional('password', secret),
    ...(sentinel === undefined ? {} : { sentinel: resolveSentinel(sentinel, files) }),
    ...(url.startsWith('rediss:') ? { tls: resolveTls(['redis', 'tls'], tls ?? {}, files) } : {}),
  };
}

function resolveSentinel(
  { name, username, password, passwordFile }: NonNullable<Parsed<'redis'>['sentinel']>,
  files: NamedFiles,
): SentinelConfig {
  const secret = files.readSecret(['redis', 'sentinel'], password, {
    field: 'passwordFile',
    path: passwordFile,
  });
  return { name, ...optional('username', username), ...optional('password', secret) };
}

export function resolveRegistry(parsed: Parsed<'registry'>, files: NamedFiles): RegistryConfig {
  const { url, username, password, passwordFile } = parsed;
  const address = splitCredentials(url);
  const secret =
    address.password ??
    files.readSecret(['registry'], password, { field: 'passwordFile', path: passwordFile });
  return {
    url: address.url,
    ...optional('username', address.username ?? username),
    ...optional('password', secret),
  };
}

/** The key of the customer hash, or why there is none. `trial`: nothing was configured and everything is on this machine. */
export function resolveCustomerKey(
  parsed: Parsed<'customerKey'>,
  options: { readonly needed: boolean; readonly trial: boolean },
  files: NamedFiles,
): { key?: Secret<Buffer>; development: boolean; refusals: Refusal[] } {
  const { secret, secretFile, insecureDevelopmentKey } = parsed;
  const given =
    [secret, secretFile].filter((each) => each !== undefined).length + (insecureDevelopmentKey ? 1 : 0);
  const refuse = (message: string, field?: string) => ({
    development: false,
    refusals: [{ path: field === undefined ? ['customerKey'] : ['customerKey', field], message }],
  });
  if (given > 1) return refuse('choose one of secret, secretFile and insecureDevelopmentKey');
  if (insecureDevelopmentKey || (given === 0 && options.trial)) {
    return { key: new Secret(Buffer.from(DEVELOPMENT_KEY)), development: true, refusals: [] };
  }
  if (given === 0) return options.needed ? refuse(KEY_MISSING) : { development: false, refusals: [] };
  const text = files.readSecret(['customerKey'], secret, { field: 'secretFile', path: secretFile });
  if (text === undefined) return { development: false, refusals: [] };
  const bytes = keyBytes(text);
  if (bytes === undefined) {
    const field = secret === undefined ? 'secretFile' : 'secret';
    return refuse('must hold at least 32 bytes: make one with `openssl rand -hex 32`', field);
  }
  return { key: new Secret(bytes), development: false, refusals: [] };
}

const KEY_MISSING =
  'is missing: write `openssl rand -hex 32` into a file and name it as secretFile, the same for every process and for ever; for a trial on data that is not real, set insecureDevelopmentKey: true';

/** The inputs with the paths of their schema files made usable. */
export function resolveInputs(parsed: Parsed<'inputs'>, files: NamedFiles): Config['inputs'] {
  return parsed.map((input, index) => {
    if (input.schemas === undefined) return input;
    const locate = (path: string) => files.locate(['inputs', index], path);
    const ids = Object.entries(input.schemas.ids).map(([id, path]) => [id, locate(path)]);
    return { ...input, schemas: { ids: Object.fromEntries(ids), files: input.schemas.files.map(locate) } };
  });
}

interface TlsFiles {
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly serverName?: string | undefined;
}

function resolveTls(section: readonly string[], tls: TlsFiles, files: NamedFiles): TlsConfig {
  const key = files.read([...section, 'keyFile'], tls.keyFile);
  return {
    ...optional('ca', files.read([...section, 'caFile'], tls.caFile)),
    ...optional('cert', files.read([...section, 'certFile'], tls.certFile)),
    ...optional('key', key === undefined ? undefined : new Secret(key)),
    ...optional('serverName', tls.serverName),
  };
}

function splitCredentials(text: string): { url: string; username?: string; password?: Secret } {
  const url = new URL(text);
  const { username, password } = url;
  if (username === '' && password === '') return { url: text };
  url.username = '';
  url.password = '';
  return {
    url: url.toString(),
    ...optional('username', username === '' ? undefined : decodeURIComponent(username)),
    ...optional('password', password === '' ? undefined : new Secret(decodeURIComponent(password))),
  };
}

function optional<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]?: V });
}
