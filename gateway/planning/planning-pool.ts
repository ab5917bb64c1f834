import type { PlanNode } from '@apollo/query-planner';
import { type DocumentNode, print } from 'graphql';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import type { SupergraphFacts } from '../supergraph/supergraph-snapshot.ts';
import { type PlanningJob, type ThreadSettings, ThreadSlot } from './thread-slot.ts';

/** How planning threads are run. */
export interface PlanningSettings extends ThreadSettings {
  /** Threads for each supergraph, a count. Each holds a planner of its own. */
  readonly threads: number;
  /** Operations that may wait for a thread, a count. */
  readonly queueLength: number;
}

/** Told about planning, for the metrics. */
export interface PlanningObserver {
  readonly planned: (seconds: number) => void;
  /** A thread exceeded a bound and was replaced. */
  readonly threadLost: () => void;
}

/** The planning threads of one supergraph. */
export interface PlanningPool {
  /**
   * @returns A value of JSON; null when no subgraph has to be asked.
   * @throws {MeshgateError} OPERATION_PLANNING_FAILED, OPERATION_PLANNING_TIMEOUT and
   *   OPERATION_PLANNING_TOO_LARGE, which are the operation's own; OPERATION_PLANNING_OVERLOADED, where
   *   too many others wait or it waited too long; GATEWAY_DRAINING when the pool is closed.
   */
  readonly plan: (document: DocumentNode) => Promise<PlanNode | null>;
  /** Operations that wait for a thread, a count. */
  readonly waiting: () => number;
  /** Ends the threads at once; what they were doing fails with GATEWAY_DRAINING. */
  readonly close: () => Promise<void>;
}

/** A supergraph whose threads run. */
export interface StartedPlanning {
  readonly facts: SupergraphFacts;
  readonly pool: PlanningPool;
}

/**
 * Loads a supergraph in threads of its own, so that nothing else waits for it.
 * @throws {MeshgateError} SUPERGRAPH_INVALID, with what is wrong with the text.
 */
export function startPlanning(
  supergraphSdl: string,
  settings: PlanningSettings,
  observer: PlanningObserver,
): Promise<StartedPlanning> {
  return new Promise((resolve, reject) => {
    const pool = new Pool(supergraphSdl, settings, observer, {
      started: (facts) => resolve({ facts, pool }),
      failed: reject,
    });
  });
}

/** How the first thread came up; one of the two is called, once. */
interface StartEvents {
  readonly started: (facts: SupergraphFacts) => void;
  readonly failed: (error: MeshgateError) => void;
}

interface WaitingJob extends PlanningJob {
  timer: NodeJS.Timeout;
}

class Pool implements PlanningPool {
  readonly #settings: PlanningSettings;
  readonly #observer: PlanningObserver;
  readonly #slots: readonly ThreadSlot[];
  readonly #queue: WaitingJob[] = [];
  #started = false;
  #closed = false;

  constructor(
    supergraphSdl: string,
    settings: PlanningSettings,
    observer: PlanningObserver,
    start: StartEvents,
  ) {
    this.#settings = settings;
    this.#observer = observer;
    const events = {
      ready: (facts: SupergraphFacts | null) => {
        if (facts === null) return;
        this.#started = true;
        this.#fill();
        start.started(facts);
      },
      free: () => this.#next(),
      unusable: (error: MeshgateError) => {
        if (!this.#started) start.failed(error);
        else if (this.#slots.every((slot) => slot.isEmpty)) this.#refuseAll(this.#overloaded());
      },
      lost: observer.threadLost,
    };
    this.#slots = Array.from(
      { length: settings.threads },
      () => new ThreadSlot(supergraphSdl, settings, events),
    );
    this.#slots[0]?.start(true);
  }

  readonly plan = (document: DocumentNode): Promise<PlanNode | null> => {
    if (this.#closed) return Promise.reject(new MeshgateError('GATEWAY_DRAINING'));
    if (this.#queue.length >= this.#settings.queueLength) {
      return Promise.reject(this.#overloaded());
    }
    this.#fill();
    return new Promise((resolve, reject) => {
      const startedAt = performance.now();
      const job: WaitingJob = {
        document: print(document),
        done: (plan) => {
          this.#observer.planned((performance.now() - startedAt) / 1000);
          resolve(JSON.parse(plan) as PlanNode | null);
        },
        failed: reject,
        timer: setTimeout(() => this.#giveUp(job), this.#settings.timeoutMs),
      };
      this.#queue.push(job);
      this.#next();
    });
  };

  readonly waiting = (): number => this.#queue.length;

  readonly close = async (): Promise<void> => {
    this.#closed = true;
    this.#refuseAll(new MeshgateError('GATEWAY_DRAINING'));
    await Promise.all(this.#slots.map((slot) => slot.close()));
  };

  /** Starts a thread wherever there is none. */
  #fill(): void {
    for (const slot of this.#slots) if (slot.isEmpty) slot.start(false);
  }

  #next(): void {
    const slot = this.#slots.find(({ isFree }) => isFree);
    const job = slot && this.#queue.shift();
    if (job === undefined) return;
    clearTimeout(job.timer);
    slot?.run(job);
  }

  #giveUp(job: WaitingJob): void {
    if (!this.#slots.some(({ isReady }) => isReady)) {
      // Threads that load are not busy with others' operations; how long they take is not this operation's fault.
      job.timer = setTimeout(() => this.#giveUp(job), this.#settings.timeoutMs);
      return;
    }
    this.#queue.splice(this.#queue.indexOf(job), 1);
    job.failed(this.#overloaded());
  }

  #refuseAll(error: MeshgateError): void {
    for (const job of this.#queue.splice(0)) {
      clearTimeout(job.timer);
      job.failed(error);
    }
  }

  #overloaded(): MeshgateError {
    const { queueLength, timeoutMs } = this.#settings;
    return new MeshgateError('OPERATION_PLANNING_OVERLOADED', {
      message: `Expected to plan this operation at once; given other new operations that still have to be planned (at most ${queueLength} wait, at most ${timeoutMs} ms); send it again later.`,
    });
  }
}
