import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Governing } from '../cli/abilities.ts';
import type { Config } from '../config/config.ts';
import { startHttpServer } from '../http/http-server.ts';
import type { Routes } from '../http/routes.ts';
import { TactError } from '../kernel/errors.ts';
import { type Control, NO_CONTROL } from '../model/stop.ts';
import { type HealthFacts, judgeLive, judgeReady } from '../observe/health.ts';
import type { Logger } from '../observe/logger.ts';
import type { Metrics } from '../observe/metrics.ts';
import { encodeProcessStatus, type ProcessStatus, processStatus } from '../observe/process-status.ts';
import type { ShardBoard } from '../observe/shard-board.ts';
import { RedisProcessBoard } from '../redis/process-board.ts';
import type { Governor } from '../shard/governor.ts';
import { once } from './pause.ts';
import type { PolicyWatch } from './policy-watch.ts';
import { redisSettings } from './settings.ts';

/** How often a process says how it is, and for how long that holds. */
const PUBLISH_INTERVAL = 2_000;
const PUBLISHED_FOR = 10_000;

/** Everything that watches; none of it can change a decision. */
export interface Watchers {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly board: ShardBoard;
}

/** The life of the process round its governor: probes, status, and one end. */
export class GoverningProcess {
  readonly #config: Config;
  readonly #watchers: Watchers;
  readonly #policy: PolicyWatch;
  readonly #startedAt = Date.now();
  /** Two containers may share host name and process id. */
  readonly #instance = `${hostname()}-${process.pid}-${randomBytes(2).toString('hex')}`;
  /** Closed in the reverse order. */
  readonly #closing: (() => Promise<void>)[];
  readonly #stopped: Promise<void>;
  #settle: { resolve: () => void; reject: (error: Error) => void } = { resolve() {}, reject() {} };
  #address = '';
  #governor: Governor | undefined;
  #ending: Promise<void> | undefined;
  /** Undefined before the first time. */
  #isMember: boolean | undefined;
  /** Since when the group does not know this process. */
  #outsideSince: number | undefined;
  #hasFailed = false;
  #joined = false;
  #control = NO_CONTROL;
  #publishNow: () => void = () => {};

  constructor(config: Config, watchers: Watchers, policy: PolicyWatch) {
    this.#config = config;
    this.#watchers = watchers;
    this.#policy = policy;
    this.#closing = [async () => policy.stop()];
    this.#stopped = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever waits for it gets the rejection; until then it is no unhandled one.
    this.#stopped.catch(() => undefined);
  }

  /** Is called at the end, after what was added later. */
  closes(close: () => Promise<void>): void {
    this.#closing.push(close);
  }

  async listen(): Promise<void> {
    const { host, port } = this.#config.http;
    const server = await startHttpServer({ host, port, routes: this.#routes() });
    this.closes(() => server.stop());
    this.#address = `http://${server.host}:${server.port}`;
    this.#watchers.logger.event('http-listening', { host: server.host, port: server.port });
  }

  /** Joins the group within the deadline. */
  async run(governor: Governor, deadline: AbortSignal): Promise<Governing> {
    this.#governor = governor;
    const tooLate = once(deadline).then(() => {
      throw new TactError('kafka-unreachable', 'the consumer group could not be joined in time');
    });
    await Promise.race([governor.start(), tooLate]);
    this.#joined = true;
    this.#watchers.logger.event('started', { instance: this.#instance });
    this.#publish();
    return {
      address: this.#address,
      stopped: this.#stopped,
      stop: async () => {
        await this.end();
        this.#settle.resolve();
      },
    };
  }

  /** Says at once that it is in force here: whoever stopped something waits for that. */
  controlChanged(control: Control): void {
    this.#control = control;
    this.#publishNow();
  }

  onMembership(isMember: boolean): void {
    if (isMember === this.#isMember) return;
    this.#isMember = isMember;
    this.#outsideSince = isMember ? undefined : Date.now();
    this.#watchers.logger.event(isMember ? 'group-joined' : 'group-left');
  }

  /** The process cannot go on: what can be finished is finished, and then it ends. */
  onFailed(error: Error): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#watchers.logger.event('failed', { err: error });
    void this.end().then(() => this.#settle.reject(error));
  }

  /** Drains and closes everything within the deadline; what does not end by then is left to the next owner's acquire. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    const { logger } = this.#watchers;
    logger.event('stopping');
    const deadline = AbortSignal.timeout(this.#config.shutdown.deadlineMs);
    await Promise.race([this.#drain(), once(deadline)]);
    logger.event(deadline.aborted ? 'drain-timeout' : 'stopped');
  }

  async #drain(): Promise<void> {
    const noted = (error: unknown) => this.#watchers.logger.note('warn', 'failed', { err: error });
    await this.#governor?.stop().catch(noted);
    for (const close of this.#closing.reverse()) await close().catch(noted);
  }

  /** Publishes the status from now on. */
  #publish(): void {
    const board = new RedisProcessBoard(redisSettings(this.#config));
    let wasPublished = true;
    const publish = async () => {
      try {
        await board.publish(this.#instance, encodeProcessStatus(this.#status()), PUBLISHED_FOR);
        wasPublished = true;
      } catch (error) {
        if (wasPublished) this.#watchers.logger.event('status-unpublished', { err: error });
        wasPublished = false;
      }
    };
    void publish();
    this.#publishNow = () => void publish();
    const timer = setInterval(() => void publish(), PUBLISH_INTERVAL);
    this.closes(async () => {
      clearInterval(timer);
      this.#publishNow = () => {};
      await board.withdraw(this.#instance).catch(() => undefined);
      await board.close();
    });
  }

  #routes(): Routes {
    return {
      live: () => judgeLive(this.#facts()),
      ready: () => judgeReady(this.#facts()),
      metrics: () => this.#watchers.metrics.render(),
      status: () => this.#status(),
    };
  }

  #facts(): HealthFacts {
    return {
      now: Date.now(),
      policyLoaded: true,
      joinedOnce: this.#joined,
      draining: this.#ending !== undefined,
      ...(this.#outsideSince !== undefined && { outsideGroupSince: this.#outsideSince }),
      shards: this.#watchers.board.shards(),
    };
  }

  #status(): ProcessStatus {
    const { name, digest, enforce } = this.#policy.current;
    return processStatus(
      {
        instance: this.#instance,
        host: hostname(),
        startedAt: this.#startedAt,
        at: Date.now(),
        policy: { name, digest, enforce },
        control: this.#control.version,
      },
      this.#watchers.board.shards(),
    );
  }
}
