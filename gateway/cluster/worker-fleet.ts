/**
 * The primary's side of several workers: starts them, replaces those that end, and stops them all.
 *
 * What a worker was doing when it crashed is lost; the others do not notice. A worker that ends
 * before it listens, while the fleet starts, is a fault of the configuration rather than an
 * accident, so the start fails with its words. Later the fleet goes on trying, until no worker is
 * left and five in a row could not start.
 *
 * @module
 */
import cluster, { type Worker } from 'node:cluster';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import type { Metrics } from '../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { FleetMetrics } from './fleet-metrics.ts';
import { toRestartPauseMs } from './restart-pause.ts';
import type { ListeningGateway, PrimaryMessage, WorkerMessage } from './worker-messages.ts';

export interface FleetSettings {
  /** How many workers there are, at least 1. */
  readonly workers: number;
  /** Environment of a worker. */
  readonly env: Readonly<Record<string, string>>;
  /** How long a worker may take to end once it is told to, in milliseconds; then it is killed. */
  readonly stopWithinMs: number;
  /** The primary's own. */
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
}

/** A worker that ended sooner than this after its start counts as one that does not last, in milliseconds. */
const SHORT_LIFE_MS = 10_000;
/** Attempts in a row that fail before the fleet gives up, where no worker is left. */
const FAILED_STARTS = 5;

/** How long the channel of a worker that has ended may take to close, in milliseconds. */
const LAST_MESSAGE_MS = 500;

interface Member {
  readonly worker: Worker;
  readonly startedAtMs: number;
  listens: boolean;
  /** Why it could not start, in its own words. */
  refusal: Error | null;
}

export class WorkerFleet {
  /** Rejects when the fleet has no worker and cannot get one. */
  readonly failure: Promise<never>;
  readonly #settings: FleetSettings;
  readonly #members = new Map<number, Member>();
  readonly #restarts = new Set<NodeJS.Timeout>();
  readonly #metrics: FleetMetrics;
  #fail!: (error: Error) => void;
  #gateway: ListeningGateway | null = null;
  #onListening: (gateway: ListeningGateway) => void = () => undefined;
  #onEmpty: () => void = () => undefined;
  #started = false;
  #stopping = false;
  #shortLives = 0;
  #failedStarts = 0;

  constructor(settings: FleetSettings) {
    this.#settings = settings;
    this.#metrics = new FleetMetrics(() => settings.metrics.snapshot());
    settings.metrics.beforeReading(() => {
      settings.metrics.gauge('gateway_workers').set(this.#listening().length);
    });
    this.failure = new Promise((_, reject) => {
      this.#fail = reject;
    });
    // Whoever waits hears of it; a fleet that nobody waits for must not end the process by it.
    this.failure.catch(() => undefined);
  }

  /**
   * Starts all workers.
   *
   * @returns When each of them listens.
   * @throws {MeshgateError} What the first worker says that cannot start, or WORKER_LOST when it says nothing.
   */
  async start(): Promise<ListeningGateway> {
    const listening = new Promise<ListeningGateway>((resolve) => {
      this.#onListening = resolve;
    });
    for (let count = 0; count < this.#settings.workers; count += 1) this.#fork();
    try {
      const gateway = await Promise.race([listening, this.failure]);
      this.#started = true;
      return gateway;
    } catch (error) {
      for (const { worker } of this.#members.values()) worker.process.kill('SIGKILL');
      throw error;
    }
  }

  /** Lets every worker finish what it does, then end. */
  async close(): Promise<void> {
    this.#stopRestarts();
    if (this.#members.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    for (const { worker } of this.#members.values()) send(worker, { kind: 'stop' });
    const timer = setTimeout(() => {
      for (const { worker } of this.#members.values()) worker.process.kill('SIGKILL');
    }, this.#settings.stopWithinMs);
    await empty;
    clearTimeout(timer);
  }

  /** Sends a signal on to every worker that listens. */
  signal(signal: NodeJS.Signals): void {
    for (const { worker } of this.#listening()) worker.process.kill(signal);
  }

  #listening(): readonly Member[] {
    return [...this.#members.values()].filter(({ listens }) => listens);
  }

  #fork(): void {
    const worker = cluster.fork(this.#settings.env);
    const startedAtMs = this.#settings.now();
    const member: Member = { worker, startedAtMs, listens: false, refusal: null };
    this.#members.set(worker.id, member);
    worker.on('message', (message: WorkerMessage) => this.#receive(member, message));
    worker.once('exit', () => afterLastMessage(worker, () => this.#end(member)));
  }

  #receive(member: Member, message: WorkerMessage): void {
    const { worker } = member;
    switch (message.kind) {
      case 'listens':
        this.#memberListens(member, message.gateway);
        return;
      case 'refused':
        member.refusal = toError(message);
        return;
      case 'reported':
        this.#metrics.reported(worker.id, message.snapshot);
        return;
      case 'metrics-wanted':
        void this.#sendMetrics(worker, message.requestNumber);
    }
  }

  #memberListens(member: Member, gateway: ListeningGateway): void {
    member.listens = true;
    this.#failedStarts = 0;
    this.#gateway = gateway;
    const { pid } = member.worker.process;
    if (this.#started)
      this.#settings.log.info({ worker: pid }, 'a worker listens in place of another');
    else if (this.#listening().length === this.#settings.workers) this.#onListening(this.#gateway);
  }

  async #sendMetrics(worker: Worker, requestNumber: number): Promise<void> {
    const listening = this.#listening().map((member) => member.worker.id);
    const ask = (id: number): void => {
      const member = this.#members.get(id);
      if (member !== undefined) send(member.worker, { kind: 'report' });
    };
    try {
      const text = await this.#metrics.render(listening, ask);
      send(worker, { kind: 'metrics', requestNumber, text });
    } catch (error) {
      this.#settings.log.error({ err: error }, 'the metrics of the workers cannot be merged');
      send(worker, { kind: 'metrics', requestNumber, text: null });
    }
  }

  #end(member: Member): void {
    const { worker, listens, refusal } = member;
    this.#members.delete(worker.id);
    this.#metrics.ended(worker.id);
    if (this.#stopping) {
      if (this.#members.size === 0) this.#onEmpty();
      return;
    }
    const { exitCode, signalCode, pid } = worker.process;
    if (!listens) this.#failedStarts += 1;
    if (!this.#started || (this.#members.size === 0 && this.#failedStarts >= FAILED_STARTS)) {
      this.#stopRestarts();
      this.#fail(refusal ?? toLoss(signalCode ?? `exit code ${exitCode}`));
      return;
    }
    const { log, metrics } = this.#settings;
    metrics.counter('gateway_worker_losses_total').inc();
    log.error({ worker: pid, exitCode, signal: signalCode, err: refusal }, 'a worker ended');
    this.#replace(member);
  }

  #stopRestarts(): void {
    this.#stopping = true;
    for (const timer of this.#restarts) clearTimeout(timer);
  }

  #replace({ startedAtMs }: Member): void {
    const lived = this.#settings.now() - startedAtMs;
    this.#shortLives = lived < SHORT_LIFE_MS ? this.#shortLives + 1 : 0;
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      this.#fork();
    }, toRestartPauseMs(this.#shortLives));
    this.#restarts.add(timer);
  }
}

/**
 * Waits until what an ended worker has said is read. Node says that the channel is closed, but not
 * where a connection was on its way to the worker, so the waiting has a limit.
 */
function afterLastMessage(worker: Worker, then: () => void): void {
  if (!worker.isConnected()) {
    then();
    return;
  }
  const once = (): void => {
    clearTimeout(timer);
    worker.off('disconnect', once);
    then();
  };
  const timer = setTimeout(once, LAST_MESSAGE_MS);
  worker.once('disconnect', once);
}

/** A worker that has ended meanwhile needs to hear nothing. */
function send(worker: Worker, message: PrimaryMessage): void {
  if (worker.isConnected()) worker.send(message, () => undefined);
}

function toError({ code, message }: WorkerMessage & { kind: 'refused' }): Error {
  if (code !== null) return new MeshgateError(code, { message });
  const bug = new Error('A worker failed.');
  bug.stack = message;
  return bug;
}

function toLoss(how: string): MeshgateError {
  return new MeshgateError('WORKER_LOST', {
    message: `Expected a worker process to listen, but it ended (${how}); the lines it wrote say why.`,
  });
}
