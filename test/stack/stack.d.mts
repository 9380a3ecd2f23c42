/** A child process that ends with this process. */
export interface Child {
  readonly pid: number;
  readonly logFile: string;
  running: boolean;
  ended: Promise<void>;
}

interface Started {
  readonly port: number;
  readonly pid: number;
  /** Kept on stop when it was given, else removed. */
  readonly dir: string;
  /** Resolves when the process has ended, by whatever cause. */
  readonly ended: Promise<void>;
  /** SIGKILL, SIGSTOP, SIGCONT, … to the process and what it started. */
  signal(name: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/** A listener beside the plain one. */
export interface KafkaListener {
  name: string;
  /** Under this name clients are told of it. */
  host: string;
  port: number;
  /** Clients are told of this port instead, as of a proxy's. */
  toldPort?: number;
  protocol: 'SSL' | 'SASL_SSL' | 'SASL_PLAINTEXT' | 'PLAINTEXT';
}

export interface KafkaOptions {
  /** A free one when absent. */
  port?: number;
  /** Data folder; a second start in the same folder finds its data and takes the same ports. */
  dir?: string;
  heapMb?: number;
  /** Broker properties beside the defaults. */
  properties?: Record<string, string>;
  listeners?: KafkaListener[];
  /** As the storage tool takes them: `SCRAM-SHA-512=[name=…,password=…]` */
  scramUsers?: string[];
  /** Of a cluster of several; alone when absent. */
  member?: KafkaMember;
  log?: (line: string) => void;
}

export interface KafkaMember {
  clusterId?: string;
  nodeId: number;
  controllerPort?: number;
  /** `id@host:port,…`; alone when absent. */
  voters?: string;
  replicationFactor: number;
  minInSyncReplicas: number;
}

export interface RunningKafka extends Started {
  /** `127.0.0.1:port` */
  readonly address: string;
}

export interface RedisOptions {
  /** A free one when absent. */
  port?: number;
  /** A `dump.rdb` in it is loaded at the start. */
  dir?: string;
  /** Further command line arguments; later ones win. */
  args?: string[];
  log?: (line: string) => void;
}

export interface RunningRedis extends Started {
  /** `redis://127.0.0.1:port` */
  readonly url: string;
  /** Where SAVE writes: copy it away, and copy it back before a start, to roll Redis back. */
  readonly dumpFile: string;
}

export interface StackOptions {
  kafka?: { port?: number };
  redis?: { port?: number };
  environment?: Record<string, string | undefined>;
  log?: (line: string) => void;
}

export interface RunningStack {
  readonly kafka: string;
  readonly redis: string;
  stop(): Promise<void>;
}

/** One real broker (KRaft, replication factor 1) as a process of this machine. */
export function startKafka(options?: KafkaOptions): Promise<RunningKafka>;
/** One real Redis as a process of this machine, without persistence. */
export function startRedis(options?: RedisOptions): Promise<RunningRedis>;
/** Kafka and Redis by the first way that works: environment, Docker, processes of this machine. */
export function startStack(options?: StackOptions): Promise<RunningStack>;

/** Servers that belong together; the first ones are the primaries. */
interface RunningTogether {
  /** Where to ask, as `host:port`. */
  readonly nodes: readonly string[];
  readonly servers: readonly RunningRedis[];
  stop(): Promise<void>;
}

export type RunningSentinels = RunningTogether;
export type RunningRedisCluster = RunningTogether;
