import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { kafkaJars } from './artefacts.mjs';
import { freePort, portAnswers, run, startServer, temporaryFolder } from './children.mjs';
import { startContainer } from './docker.mjs';

/** A cluster of one: replication factor 1, its own controller. */
const ALONE = { nodeId: 1, replicationFactor: 1, minInSyncReplicas: 1 };

/**
 * One real broker (KRaft) as a process of this machine: alone, or a member of a cluster.
 * @param {import('./stack.mjs').KafkaOptions} options
 * @returns {Promise<import('./stack.mjs').RunningKafka>}
 */
export async function startKafka({
  port,
  dir,
  heapMb = 768,
  properties = {},
  listeners = [],
  scramUsers = [],
  member = ALONE,
  log = () => {},
} = {}) {
  const jars = await kafkaJars(log);
  const folder = dir ?? temporaryFolder('tact-kafka-');
  mkdirSync(folder, { recursive: true });
  const ports = await settledPorts(folder, port, member.controllerPort);
  const config = join(folder, 'server.properties');
  writeFileSync(config, serverProperties(folder, ports, { listeners, member, more: properties }));
  writeFileSync(join(folder, 'log4j2.xml'), LOG4J);
  writeFileSync(join(folder, 'log4j.properties'), RELOAD4J);
  const java = ['-Xms256m', `-Xmx${heapMb}m`, `-Dlog4j2.configurationFile=${join(folder, 'log4j2.xml')}`];
  java.push(`-Dlog4j.configuration=file:${join(folder, 'log4j.properties')}`, '-cp', join(jars, '*'));
  if (!existsSync(join(folder, 'data', 'meta.properties'))) format(java, config, { scramUsers, member });
  const address = `127.0.0.1:${ports.broker}`;
  const server = await startServer('java', [...java, 'kafka.Kafka', config], {
    what: 'Kafka',
    folder,
    keep: dir !== undefined,
    logFile: join(folder, 'kafka.log'),
    timeoutMs: 90_000,
    answers: () => brokerAnswers(address),
  });
  return { address, port: ports.broker, ...server };
}

/** The same broker in a container. */
export async function startKafkaContainer({ port } = {}) {
  const broker = port ?? (await freePort());
  const address = `127.0.0.1:${broker}`;
  const inContainer = {
    listeners: `PLAINTEXT://0.0.0.0:${broker},CONTROLLER://127.0.0.1:19093`,
  };
  const settings = { ...common({ broker, controller: 19093 }, ALONE), ...inContainer };
  const env = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`,
      value,
    ]),
  );
  env.KAFKA_CONTROLLER_QUORUM_VOTERS = '1@127.0.0.1:19093';
  const image = 'apache/kafka:4.3.1';
  const container = await startContainer({ image, port: broker, inside: broker, env }, () =>
    brokerAnswers(address),
  );
  return { address, port: broker, ...container };
}

/** A broker's data remembers its controller's address, so a second start in the same folder takes the same ports. */
async function settledPorts(folder, wanted, controller) {
  const file = join(folder, 'ports.json');
  const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  const ports = known ?? {
    broker: wanted ?? (await freePort()),
    controller: controller ?? (await freePort()),
  };
  if (await portAnswers(ports.broker)) {
    throw new Error(`port ${ports.broker} is taken: stop what listens there, or choose another port`);
  }
  if (known === undefined) writeFileSync(file, JSON.stringify(ports));
  return ports;
}

function common({ broker, controller }, { nodeId, replicationFactor, minInSyncReplicas }) {
  return {
    'process.roles': 'broker,controller',
    'node.id': String(nodeId),
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${broker}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'num.network.threads': '2',
    'num.io.threads': '2',
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': String(replicationFactor),
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': String(replicationFactor),
    'transaction.state.log.min.isr': String(minInSyncReplicas),
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': '500',
  };
}

/** @param {import('./stack.mjs').KafkaListener[]} more beside the plain one */
function withListeners(settings, more) {
  const also = (name, one) => [settings[name], ...more.map(one)].join(',');
  const protocols = 'listener.security.protocol.map';
  return {
    ...settings,
    listeners: also('listeners', ({ name, port }) => `${name}://127.0.0.1:${port}`),
    'advertised.listeners': also(
      'advertised.listeners',
      ({ name, host, port, toldPort = port }) => `${name}://${host}:${toldPort}`,
    ),
    [protocols]: also(protocols, ({ name, protocol }) => `${name}:${protocol}`),
  };
}

function serverProperties(folder, ports, { listeners, member, more }) {
  const all = {
    ...withListeners(common(ports, member), listeners),
    ...(member.voters
      ? { 'controller.quorum.voters': member.voters }
      : { 'controller.quorum.bootstrap.servers': `127.0.0.1:${ports.controller}` }),
    'log.dirs': join(folder, 'data'),
    ...more,
  };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** An id for a new cluster. One that begins with a dash would be taken for an option. */
export function newClusterId() {
  return randomBytes(16).toString('base64url').replace(/^-/, 'A');
}

function format(java, config, { scramUsers, member }) {
  const id = member.clusterId ?? newClusterId();
  const args = ['format', '--ignore-formatted', '-t', id, '-c', config];
  if (member.voters === undefined) args.push('--standalone');
  for (const user of scramUsers) args.push('--add-scram', user);
  const { ok, output } = run('java', [...java, 'kafka.tools.StorageTool', ...args]);
  if (!ok) throw new Error(`formatting Kafka's storage failed:\n${output}`);
}

/** A broker is there when it names itself in the metadata, which is later than when its port opens. */
async function brokerAnswers(address) {
  const port = Number(address.split(':')[1]);
  if (!(await portAnswers(port))) return false;
  const client = {
    clientId: 'tact-stack',
    brokers: [address],
    logLevel: logLevel.NOTHING,
  };
  const admin = new Kafka({
    ...client,
    retry: { retries: 0 },
    connectionTimeout: 2_000,
  }).admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    return brokers.length > 0;
  } finally {
    await admin.disconnect();
  }
}

/** For Kafka 3. */
const RELOAD4J = `log4j.rootLogger=WARN, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d %p %c{1} %m%n
`;

const LOG4J = `<Configuration status="ERROR"><Appenders><Console name="out"><PatternLayout pattern="%d %p %c{1} %m%n"/></Console></Appenders>
<Loggers><Root level="WARN"><AppenderRef ref="out"/></Root></Loggers></Configuration>
`;
