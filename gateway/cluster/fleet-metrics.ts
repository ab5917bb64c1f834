import {
  type MetricsSnapshot,
  mergeCounts,
  renderMerged,
} from '../../shared/telemetry/merge-metrics.ts';

/** A worker that is busy for longer is counted with what it last reported, in milliseconds. */
const REPORT_WAIT_MS = 1000;

/** Families of the primary itself that belong in the picture: its process, and what it knows of workers. */
const OWN_FAMILIES = /^(process_|gateway_worker)/;

/** Asks a worker to report; the answer arrives at `reported`. */
export type AskWorker = (worker: number) => void;

/**
 * The metrics of all workers as one.
 *
 * Prometheus takes a counter that goes backwards for a restart and loses what lay between. So what a
 * worker last reported stays in the sums after it has ended. A worker that is told to end reports
 * before; of one that is killed, only what it counted since the last reading is lost.
 */
export class FleetMetrics {
  readonly #readOwn: () => Promise<MetricsSnapshot>;
  readonly #latest = new Map<number, MetricsSnapshot>();
  readonly #awaited = new Map<number, () => void>();
  readonly #ended: MetricsSnapshot[] = [];
  #reading: Promise<string> | null = null;

  constructor(readOwn: () => Promise<MetricsSnapshot>) {
    this.#readOwn = readOwn;
  }

  reported(worker: number, snapshot: MetricsSnapshot): void {
    this.#latest.set(worker, snapshot);
    this.#stopWaitingFor(worker);
  }

  /** Keeps the counts of a worker that has ended. */
  ended(worker: number): void {
    const last = this.#latest.get(worker);
    if (last !== undefined) this.#ended.push(last);
    this.#latest.delete(worker);
    this.#stopWaitingFor(worker);
  }

  /**
   * Renders the metrics of these workers; readings at the same time are one.
   *
   * @returns The Prometheus text exposition.
   */
  render(workers: readonly number[], ask: AskWorker): Promise<string> {
    this.#reading ??= this.#read(workers, ask).finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #read(workers: readonly number[], ask: AskWorker): Promise<string> {
    await this.#gather(workers, ask);
    const own = (await this.#readOwn()).filter(({ name }) => OWN_FAMILIES.test(name));
    const merged = this.#ended.length;
    const counts = await mergeCounts(this.#ended);
    // What workers leave behind in the meantime stands after what is merged here.
    this.#ended.splice(0, merged, counts);
    return renderMerged([own, ...this.#ended, ...this.#latest.values()]);
  }

  async #gather(workers: readonly number[], ask: AskWorker): Promise<void> {
    const reports = workers.map(
      (worker) => new Promise<void>((resolve) => this.#awaited.set(worker, resolve)),
    );
    const timer = setTimeout(() => {
      for (const worker of workers) this.#stopWaitingFor(worker);
    }, REPORT_WAIT_MS);
    for (const worker of workers) ask(worker);
    await Promise.all(reports);
    clearTimeout(timer);
  }

  #stopWaitingFor(worker: number): void {
    this.#awaited.get(worker)?.();
    this.#awaited.delete(worker);
  }
}
