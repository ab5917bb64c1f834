import { ERROR_CATALOG } from '../../shared/errors/error-catalog.ts';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import type { MetricsSnapshot } from '../../shared/telemetry/merge-metrics.ts';
import type { ListeningGateway, PrimaryMessage, WorkerMessage } from './worker-messages.ts';

/** A worker's line to its primary. */
export interface WorkerLink {
  /** Resolves when the worker is to end: its primary says so, or somebody sent it SIGTERM. */
  readonly stopped: Promise<void>;
  listens(gateway: ListeningGateway): void;
  /** Tells why the worker cannot start; resolves when that is on its way. */
  refuse(error: unknown): Promise<void>;
  /** Hands in the last metrics; resolves when they are on their way. */
  leave(): Promise<void>;
  /** Asks the primary for the metrics of all workers, in the Prometheus text exposition. */
  metricsOfAll(): Promise<string>;
}

/**
 * Opens a worker's line to its primary.
 *
 * SIGINT and SIGHUP end no worker: a terminal sends them to every process at once, and the primary
 * decides what they mean. When the primary is gone, however it ended, Node ends the worker.
 *
 * @param snapshot Reads this worker's own metrics.
 */
export function createWorkerLink(snapshot: () => Promise<MetricsSnapshot>): WorkerLink {
  const asked = new Map<number, (text: string | null) => void>();
  let requests = 0;
  const report = async (): Promise<void> => send({ kind: 'reported', snapshot: await snapshot() });

  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
    process.once('SIGTERM', resolve);
    process.on('message', (message: PrimaryMessage) => {
      if (message.kind === 'stop') resolve();
      else if (message.kind === 'report') void report();
      else if (message.kind === 'metrics') {
        asked.get(message.requestNumber)?.(message.text);
        asked.delete(message.requestNumber);
      }
    });
  });

  return {
    stopped,
    listens: (gateway) => void send({ kind: 'listens', gateway }),
    refuse: (error) => send({ kind: 'refused', ...describe(error) }),
    leave: report,
    async metricsOfAll() {
      const requestNumber = requests++;
      const answer = new Promise<string | null>((resolve) => asked.set(requestNumber, resolve));
      void send({ kind: 'metrics-wanted', requestNumber });
      const text = await answer;
      if (text === null) throw new MeshgateError('INTERNAL_ERROR');
      return text;
    },
  };
}

/** Resolves when the message is on its way, or when there is nobody any more to read it. */
function send(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}

function describe(error: unknown): Pick<WorkerMessage & { kind: 'refused' }, 'code' | 'message'> {
  if (error instanceof MeshgateError) return { code: error.code, message: error.message };
  const { INTERNAL_ERROR } = ERROR_CATALOG;
  const stack = error instanceof Error ? error.stack : String(error);
  return { code: null, message: stack ?? INTERNAL_ERROR.summary };
}
