import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { type LoadedConfig, type LoadOptions, loadConfig } from '../../../src/config/load.ts';
import { type ConfigProblem, formatProblem } from '../../../src/config/problem.ts';

const KEY = 'ab'.repeat(32);

function load(
  yaml: string | undefined,
  env: Record<string, string> = {},
  more: LoadOptions & { files?: Record<string, string> } = {},
): LoadedConfig {
  const { files = {}, ...options } = more;
  const all: Record<string, string> = yaml === undefined ? files : { 'tact.yaml': yaml, ...files };
  const readFile = (path: string): string => {
    const text = all[path];
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return text;
  };
  return loadConfig({ env, readFile, ...options });
}

function configOf(loaded: LoadedConfig) {
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'));
  return loaded.config;
}

function linesOf(loaded: LoadedConfig): string[] {
  const problems: readonly ConfigProblem[] = loaded.ok ? loaded.warnings : loaded.problems;
  return problems.map(formatProblem);
}

const withKey = (yaml: string) => `${yaml}\ncustomerKey: { secret: ${KEY} }\n`;

describe('without a file', () => {
  it('everything has a default that fits the local stack', () => {
    const config = configOf(load(undefined));
    expect(config.kafka.brokers).toEqual(['127.0.0.1:9092']);
    expect(config.redis.url).toBe('redis://127.0.0.1:6379');
    expect(config.groupId).toBe('tact');
    expect(config.kafka.clientId).toBe('tact');
    expect(config.inputs.map(({ topic, kind }) => [topic, kind])).toEqual([
      ['marketing.outbound.requested', 'outbound'],
      ['customer.interaction.recorded', 'interaction'],
    ]);
    expect(config.shards).toBe(12);
    expect(config.http).toEqual({ host: '127.0.0.1', port: 9464 });
  });

  it('the development key is used on this machine alone, with a warning', () => {
    const loaded = load(undefined);
    expect(configOf(loaded).customerKey?.reveal().length).toBeGreaterThanOrEqual(32);
    expect(linesOf(loaded)).toEqual([
      expect.stringMatching(/^configuration warning customerKey: the development key/),
    ]);
  });

  it('a broker elsewhere asks for a customer key', () => {
    const lines = linesOf(load(undefined, { TACT_KAFKA_BROKERS: 'kafka-1.example.com:9092' }));
    expect(lines).toEqual([
      expect.stringMatching(/^configuration error customerKey: is missing: .*openssl rand -hex 32/),
    ]);
  });

  it('a file that was named must exist', () => {
    expect(linesOf(load(undefined, {}, { file: 'prod.yaml' }))).toEqual([
      'prod.yaml:1:1 error the configuration file cannot be read (ENOENT)',
    ]);
    expect(linesOf(load(undefined, { TACT_CONFIG: 'other.yaml' }))).toEqual([
      'other.yaml:1:1 error the configuration file cannot be read (ENOENT)',
    ]);
  });
});

describe('the environment', () => {
  it('goes before the file, field by field', () => {
    const yaml = withKey('kafka:\n  brokers: [one:9092]\n  sessionTimeoutMs: 40000');
    const config = configOf(
      load(yaml, {
        TACT_KAFKA_BROKERS: 'two:9092, three:9093',
        TACT_HTTP_PORT: '0',
        TACT_REDIS_URL: 'redis://r:1/2',
      }),
    );
    expect(config.kafka.brokers).toEqual(['two:9092', 'three:9093']);
    expect(config.kafka.sessionTimeoutMs).toBe(40_000);
    expect(config.http.port).toBe(0);
    expect(config.redis.url).toBe('redis://r:1/2');
  });

  it('gives lists of mappings and maps as JSON or YAML', () => {
    const config = configOf(
      load(withKey(''), {
        TACT_INPUTS: '[{"topic": "mine", "kind": "outbound"}]',
        TACT_OUTPUTS_CLEARED_BY_CHANNEL: 'sms: sms.cleared',
      }),
    );
    expect(config.inputs.map(({ topic }) => topic)).toEqual(['mine']);
    expect(config.outputs.cleared.byChannel).toEqual({ sms: 'sms.cleared' });
  });

  it('is named where it is wrong', () => {
    const lines = linesOf(
      load(withKey(''), { TACT_HTTP_PORT: 'web', TACT_KAFKA_BROKERS: 'kafka', TACT_LOG_LEVEL: 'loud' }),
    );
    expect(lines).toEqual([
      'TACT_KAFKA_BROKERS error kafka.brokers[0]: must be host:port, such as kafka-1.example.com:9092, not "kafka"',
      'TACT_HTTP_PORT error http.port: must be a number, not text',
      'TACT_LOG_LEVEL error log.level: must be one of debug, info, warn, error, not "loud"',
    ]);
  });

  it('counts an empty variable as not set', () => {
    expect(configOf(load(withKey(''), { TACT_KAFKA_BROKERS: '' })).kafka.brokers).toEqual(['127.0.0.1:9092']);
  });

  it('refuses a misspelt variable and only warns of one that is like none', () => {
    const env = { TACT_KAFKA_BROKER: 'x:1', TACT_COLOUR_OF_THE_SKY: 'blue' };
    expect(linesOf(load(withKey(''), env))).toEqual([
      'TACT_KAFKA_BROKER error is no variable of Tact: did you mean TACT_KAFKA_BROKERS?',
      'TACT_COLOUR_OF_THE_SKY warning is no variable of Tact and is ignored',
    ]);
  });

  it('passes by what Kubernetes sets for a service called tact-http', () => {
    const env = {
      TACT_HTTP_PORT: 'tcp://10.0.0.1:9464',
      TACT_HTTP_SERVICE_HOST: '10.0.0.1',
      TACT_HTTP_PORT_9464_TCP_ADDR: '10.0.0.1',
    };
    const loaded = load(withKey(''), env);
    expect(configOf(loaded).http.port).toBe(9464);
    expect(linesOf(loaded)).toEqual([
      expect.stringContaining('TACT_HTTP_PORT warning http.port: is ignored'),
    ]);
  });
});

describe('problems', () => {
  it('come all at once, with line and column, in the order of the file', () => {
    const yaml = [
      'kafka:',
      '  brokers: [kafka-1:9092, kafka-2]',
      '  sesionTimeoutMs: 30000',
      '  transactionTimeoutMs: 15s',
      'registry: { url: "https://r", pasword: x, password: p }',
      'outputs:',
      '  format: avro',
      '  cleared: { topic: "no spaces please" }',
      'sessionTimeoutMs: 5',
      'shards: 0',
      'redis:',
      '  url: http://localhost',
    ].join('\n');
    expect(linesOf(load(yaml))).toEqual([
      'tact.yaml:1:1 error customerKey: is missing: write `openssl rand -hex 32` into a file and name it as secretFile, the same for every process and for ever; for a trial on data that is not real, set insecureDevelopmentKey: true',
      'tact.yaml:2:27 error kafka.brokers[1]: must be host:port, such as kafka-1.example.com:9092, not "kafka-2"',
      'tact.yaml:3:3 error kafka.sesionTimeoutMs: is no known field: did you mean kafka.sessionTimeoutMs?',
      'tact.yaml:4:25 error kafka.transactionTimeoutMs: must be a number, not text',
      'tact.yaml:5:31 error registry.pasword: is no known field: did you mean registry.password?',
      'tact.yaml:5:53 error registry.password: means nothing without username',
      'tact.yaml:7:11 error outputs.format: must be one of json, single-object, not "avro"',
      'tact.yaml:8:21 error outputs.cleared.topic: must be a topic name: 1 to 249 of the characters a-z A-Z 0-9 . _ -, not "no spaces please"',
      'tact.yaml:9:1 error sessionTimeoutMs: is no known field here: did you mean kafka.sessionTimeoutMs?',
      'tact.yaml:10:9 error shards: must be at least 1, not 0',
      'tact.yaml:12:8 error redis.url: must be redis://host:port or rediss://host:port, with /database where it is not 0',
    ]);
  });

  it('of the form of the file show its place and never its text', () => {
    const lines = linesOf(load('kafka:\n  sasl: { password: *hunter2 }\n'));
    expect(lines).toEqual([expect.stringMatching(/^tact\.yaml:2:\d+ error is not valid YAML/)]);
    expect(lines.join()).not.toContain('hunter2');
    expect(linesOf(load('shards: 1\nshards: 2'))).toEqual([
      'tact.yaml:2:1 error this key stands twice in the same mapping',
    ]);
    expect(linesOf(load('- a list'))).toEqual(['tact.yaml:1:1 error must be a mapping of fields']);
  });

  it('between sections are found although another section is wrong', () => {
    const yaml = withKey('inputs: [{ topic: tact.state, kind: outbound }]\nlog: { level: loud }');
    expect(linesOf(load(yaml))).toEqual([
      'tact.yaml:1:19 error inputs[0].topic: topic tact.state already is topics.changelog',
      'tact.yaml:2:15 error log.level: must be one of debug, info, warn, error, not "loud"',
    ]);
  });

  it('come from a section without content only where it needs content', () => {
    expect(configOf(load(withKey('kafka:\nredis:'))).kafka.brokers).toEqual(['127.0.0.1:9092']);
  });

  it('tell a topic that is read and written', () => {
    const yaml = withKey('outputs:\n  suppressed: { topic: marketing.outbound.requested }');
    expect(linesOf(load(yaml))).toEqual([
      'tact.yaml:1:1 error inputs[0].topic: topic marketing.outbound.requested already is outputs.suppressed.topic',
    ]);
  });

  it.each([
    [
      'kafka: { heartbeatIntervalMs: 20000 }',
      'kafka.heartbeatIntervalMs: must be at most a third of kafka.sessionTimeoutMs',
    ],
    [
      'kafka: { rebalanceTimeoutMs: 2000 }',
      'kafka.rebalanceTimeoutMs: must be more than kafka.heartbeatIntervalMs',
    ],
    ['kafka: { fetchMaxWaitMs: 30000 }', 'kafka.fetchMaxWaitMs: must be less than kafka.requestTimeoutMs'],
    [
      'kafka: { fetchPartitionBytesMax: 9000000 }',
      'kafka.fetchPartitionBytesMax: must be at most kafka.fetchBytesMax',
    ],
    ['kafka: { fetchMaxWaitMs: 6000 }', 'freshness.maxAgeMs: must be more than kafka.fetchMaxWaitMs'],
    ['shutdown: { deadlineMs: 30000 }', 'shutdown.deadlineMs: must be less than kafka.sessionTimeoutMs'],
    ['kafka: { ssl: { certFile: c.pem } }', 'kafka.ssl.certFile: means nothing without keyFile'],
    ['kafka: { sasl: { mechanism: plain, username: u } }', 'kafka.sasl: needs password or passwordFile'],
    [
      'redis: { password: p, passwordFile: f }',
      'redis.passwordFile: must not be given beside password: choose one',
    ],
    ['redis: { tls: {} }', 'redis.tls: means nothing while redis.url begins with redis://; write rediss://'],
    ['redis: { nodes: ["a:1"] }', 'redis.nodes: means nothing without cluster: true or sentinel'],
    [
      'redis: { cluster: true, sentinel: { name: main } }',
      'redis.sentinel: must not be given beside cluster: true; a cluster fails over by itself',
    ],
    ['redis: { cluster: true, url: "redis://a/3" }', 'redis.url: names a database; a cluster has none but 0'],
    ['registry: { url: "https://r", password: p }', 'registry.password: means nothing without username'],
    [
      'inputs: [{ topic: t, kind: outbound, format: confluent-avro }]',
      'inputs[0].format: needs registry.url, or schemas.ids of the input',
    ],
    ['inputs: []', 'inputs: must name at least one input'],
  ])('tell that %s cannot be', (yaml, expected) => {
    expect(linesOf(load(withKey(yaml)))).toContainEqual(expect.stringContaining(` error ${expected}`));
  });
});

describe('secrets', () => {
  it('are in no warning of a library, though the file is not what was meant', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const lines = linesOf(load('customerKey: { secret: {{ hush }} }'));
    load('', { TACT_INPUTS: '[{ {{ hush }}: 1 }]' });
    expect(warned).not.toHaveBeenCalled();
    expect(lines.join('\n')).not.toContain('hush');
    warned.mockRestore();
  });

  const yaml = [
    'kafka:',
    '  ssl: { caFile: ca.pem }',
    '  sasl: { mechanism: scram-sha-512, username: tact, password: hunter2 }',
    'redis: { url: "rediss://tact:s3cr%20et@redis.example.com:6380/1" }',
    'customerKey: { secretFile: key.txt }',
  ].join('\n');
  const files = { 'etc/tact.yaml': yaml, 'etc/ca.pem': 'PEM', 'etc/key.txt': `${KEY}\n` };
  const loaded = load(undefined, {}, { file: 'etc/tact.yaml', files });

  it('are read from files beside the configuration', () => {
    const config = configOf(loaded);
    expect(config.kafka.ssl).toEqual({ ca: 'PEM' });
    expect(config.kafka.sasl?.password.reveal()).toBe('hunter2');
    expect(config.customerKey?.reveal()).toEqual(Buffer.from(KEY, 'hex'));
    expect(config.redis).toMatchObject({
      url: 'rediss://redis.example.com:6380/1',
      username: 'tact',
      tls: {},
    });
    expect(config.redis.password?.reveal()).toBe('s3cr et');
  });

  it('are never printed', () => {
    const config = configOf(loaded);
    const printed = [
      inspect(config, { depth: 9, showHidden: true }),
      JSON.stringify(config),
      `${config.redis.password}`,
    ];
    for (const text of printed) expect(text).not.toMatch(/hunter2|s3cr|abab/);
  });

  it('are not shown in problems about them', () => {
    const wrong =
      'kafka: { sasl: { mechanism: plain, username: u, password: 12345678 } }\nredis: { url: "redis://u:pass word@" }\ncustomerKey: { secret: tooshort }';
    const lines = linesOf(load(wrong));
    expect(lines).toHaveLength(3);
    expect(lines.join('\n')).not.toMatch(/12345678|pass word|tooshort/);
  });

  it('in an unreadable or empty file are a problem of the field that names it', () => {
    const wrong = 'customerKey: { secretFile: none.txt }\nredis: { passwordFile: empty.txt }';
    expect(linesOf(load(wrong, {}, { files: { 'empty.txt': '\n' } }))).toEqual([
      'tact.yaml:1:28 error customerKey.secretFile: cannot be read: none.txt (ENOENT)',
      'tact.yaml:2:24 error redis.passwordFile: names an empty file',
    ]);
  });

  it('from a variable that names a file start at the working directory', () => {
    const env = { TACT_CUSTOMER_KEY_SECRET_FILE: 'key.txt' };
    const config = configOf(
      load(undefined, env, { file: 'etc/t.yaml', files: { 'etc/t.yaml': '', 'key.txt': KEY } }),
    );
    expect(config.customerKey?.reveal()).toEqual(Buffer.from(KEY, 'hex'));
  });

  it('in clear over a network are warned of', () => {
    const clear = withKey(
      'kafka: { brokers: ["k.example.com:9092"], sasl: { mechanism: plain, username: u, password: p } }\nredis: { url: "redis://:p@r.example.com:6379" }',
    );
    expect(linesOf(load(clear))).toEqual([
      expect.stringContaining('warning kafka.sasl: the password crosses the network in clear'),
      expect.stringContaining('warning redis.url: the password crosses the network in clear'),
    ]);
  });

  it('in clear to sentinels that are elsewhere are warned of', () => {
    const sentinels = 'nodes: ["r.example.com:26379"], sentinel: { name: main, password: p }';
    expect(linesOf(load(withKey(`redis: { ${sentinels} }`)))).toEqual([
      expect.stringContaining('warning redis.url: the password crosses the network in clear'),
    ]);
  });
});

describe('the customer key', () => {
  it('is needed as soon as there is a file, except by commands that name no customer', () => {
    expect(load('shards: 6').ok).toBe(false);
    const config = configOf(load('shards: 6', {}, { needsCustomerKey: false }));
    expect(config.customerKey).toBeUndefined();
  });

  it('may be the development key where that is said', () => {
    const loaded = load('customerKey: { insecureDevelopmentKey: true }', {
      TACT_KAFKA_BROKERS: 'kafka:9092',
    });
    expect(loaded.ok).toBe(true);
    expect(linesOf(loaded)).toEqual([
      expect.stringContaining('warning customerKey: the development key is in use'),
    ]);
  });

  it('is given once', () => {
    const twice = `customerKey: { secret: ${KEY}, insecureDevelopmentKey: true }`;
    expect(linesOf(load(twice))).toEqual([
      'tact.yaml:1:1 error customerKey: choose one of secret, secretFile and insecureDevelopmentKey',
    ]);
  });
});

describe('the value', () => {
  it('is frozen at every depth', () => {
    const config = configOf(load(withKey('')));
    const change = (target: object) => () => Object.assign(target, { topic: 'other', 0: 'other' });
    expect(change(config.outputs.cleared)).toThrow(TypeError);
    expect(change(config.kafka.brokers)).toThrow(TypeError);
    expect(change(config.inputs[0] as object)).toThrow(TypeError);
  });

  it('takes the paths of the file from the folder of the file', () => {
    const yaml = withKey(
      'policy: { file: p/eu.yaml }\ninputs: [{ topic: t, kind: outbound, schemas: { ids: { "7": a.avsc }, files: [/b.avsc] } }]',
    );
    const config = configOf(load(undefined, {}, { file: 'etc/t.yaml', files: { 'etc/t.yaml': yaml } }));
    expect(config.policy.file).toBe('etc/p/eu.yaml');
    expect(config.inputs[0]?.schemas).toEqual({ ids: { '7': 'etc/a.avsc' }, files: ['/b.avsc'] });
  });
});
