import { Worker } from 'node:worker_threads';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import type { SupergraphFacts } from '../supergraph/supergraph-snapshot.ts';
import type {
  PlanningReport,
  PlanningRequest,
  PlanningThreadData,
  ReportedError,
} from './planning-messages.ts';

/** Bounds of one planning thread. */
export interface ThreadSettings {
  /** The compiled `planning-thread.ts`: Node does not transform the entry of a thread. */
  readonly entry: URL;
  /** For one operation, from the moment it is its turn, in milliseconds. */
  readonly timeoutMs: number;
  /** For the heap of one thread, supergraph and planner included, in mebibytes. */
  readonly memoryMb: number;
}

/** One operation on its way through a thread. */
export interface PlanningJob {
  readonly document: string;
  /** Given the plan as JSON text. */
  readonly done: (plan: string) => void;
  readonly failed: (error: MeshgateError) => void;
}

/** What a slot tells its pool. */
export interface SlotEvents {
  /** The thread has loaded; null where it was not to report what it read. */
  readonly ready: (facts: SupergraphFacts | null) => void;
  /** A job may be given now. */
  readonly free: () => void;
  /** The thread could not be started; the slot is empty. */
  readonly unusable: (error: MeshgateError) => void;
  /** The thread exceeded a bound and is replaced. */
  readonly lost: () => void;
}

/** Planning is rare, so a thread need not keep room for much garbage; the default takes 20 MB more. */
const YOUNG_GENERATION_MB = 16;

/**
 * A place for one planning thread.
 *
 * A thread cannot be told to stop halfway through a plan, so one that exceeds a
 * bound is ended from outside and another takes its place. While it has nothing
 * to do, the thread does not keep the process alive.
 */
export class ThreadSlot {
  readonly #supergraphSdl: string;
  readonly #settings: ThreadSettings;
  readonly #events: SlotEvents;
  #worker: Worker | null = null;
  #ready = false;
  /** Between the end of a thread and the start of the one that takes its place. */
  #changing = false;
  #closed = false;
  #job: PlanningJob | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(supergraphSdl: string, settings: ThreadSettings, events: SlotEvents) {
    this.#supergraphSdl = supergraphSdl;
    this.#settings = settings;
    this.#events = events;
  }

  get isFree(): boolean {
    return this.#ready && this.#job === null;
  }

  get isEmpty(): boolean {
    return this.#worker === null && !this.#changing;
  }

  get isReady(): boolean {
    return this.#ready;
  }

  start(reportsFacts: boolean): void {
    const data: PlanningThreadData = { supergraphSdl: this.#supergraphSdl, reportsFacts };
    const worker = new Worker(this.#settings.entry, {
      workerData: data,
      name: 'planning',
      execArgv: [],
      // Nothing of the process's environment but what makes graphql-js leave its development checks out.
      env: { NODE_ENV: 'production' },
      resourceLimits: {
        maxOldGenerationSizeMb: this.#settings.memoryMb,
        maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
      },
    });
    this.#worker = worker;
    this.#ready = false;
    worker.on('message', (report: PlanningReport) => {
      if (this.#worker === worker) this.#hear(report);
    });
    worker.on('error', (error) => {
      if (this.#worker === worker) this.#lose(this.#explain(error));
    });
  }

  /** @param job Taken only by a slot that is free. */
  run(job: PlanningJob): void {
    const { timeoutMs } = this.#settings;
    const request: PlanningRequest = { document: job.document };
    this.#job = job;
    this.#timer = setTimeout(() => this.#lose(tooLong(timeoutMs)), timeoutMs);
    this.#worker?.ref();
    this.#worker?.postMessage(request);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    this.#worker = null;
    this.#settle()?.failed(closed());
    await worker?.terminate();
  }

  #hear(report: PlanningReport): void {
    switch (report.kind) {
      case 'ready':
        this.#ready = true;
        this.#events.ready(report.facts);
        break;
      case 'planned':
        this.#settle()?.done(report.plan);
        break;
      case 'failed':
        if (!this.#ready) {
          this.#lose(toError(report.error));
          return;
        }
        this.#settle()?.failed(toError(report.error));
        break;
    }
    this.#worker?.unref();
    this.#events.free();
  }

  /** Ends the thread; what it was doing fails for this reason. */
  #lose(reason: MeshgateError): void {
    const worker = this.#worker;
    const wasReady = this.#ready;
    this.#worker = null;
    this.#ready = false;
    this.#settle()?.failed(reason);
    const ended = worker?.terminate();
    if (!wasReady) {
      this.#events.unusable(reason);
      return;
    }
    this.#events.lost();
    this.#changing = true;
    // Not before: two heaps would stand side by side, and Node has crashed where threads start while others end.
    void ended?.finally(() => {
      this.#changing = false;
      if (!this.#closed) this.start(false);
    });
  }

  #settle(): PlanningJob | null {
    const job = this.#job;
    this.#job = null;
    clearTimeout(this.#timer);
    return job;
  }

  #explain(cause: Error & { readonly code?: unknown }): MeshgateError {
    const { memoryMb } = this.#settings;
    if (cause.code !== 'ERR_WORKER_OUT_OF_MEMORY') {
      return new MeshgateError('OPERATION_PLANNING_FAILED', { cause });
    }
    if (this.#ready) return tooLarge(memoryMb);
    return new MeshgateError('SUPERGRAPH_INVALID', {
      message: `Expected the planner of this supergraph to fit into ${memoryMb} MiB of memory, but it needs more; raise PLANNING_MEMORY_MB.`,
    });
  }
}

function toError({ code, message, cause }: ReportedError): MeshgateError {
  return new MeshgateError(code, { message, ...(cause === '' ? {} : { cause }) });
}

function tooLong(limit: number): MeshgateError {
  return new MeshgateError('OPERATION_PLANNING_TIMEOUT', {
    message: `Planning an operation may take at most ${limit} ms, and this one takes longer; select less, or split it into several requests.`,
    details: { limit },
  });
}

function tooLarge(limit: number): MeshgateError {
  return new MeshgateError('OPERATION_PLANNING_TOO_LARGE', {
    message: `Planning an operation may use at most ${limit} MiB of memory, and this one needs more; select less, or split it into several requests.`,
    details: { limit },
  });
}

function closed(): MeshgateError {
  return new MeshgateError('GATEWAY_DRAINING');
}
