import type { ErrorCode } from '../../shared/errors/error-catalog.ts';
import type { MetricsSnapshot } from '../../shared/telemetry/merge-metrics.ts';

/** What a gateway says of itself once it listens. */
export interface ListeningGateway {
  /** Base URL, without a path. */
  readonly url: string;
  /** Version of the supergraph in use. */
  readonly supergraph: string;
}

/** From a worker to its primary. */
export type WorkerMessage =
  | { readonly kind: 'listens'; readonly gateway: ListeningGateway }
  /** It cannot start; `code` is null for a bug, whose stack is the message. */
  | { readonly kind: 'refused'; readonly code: ErrorCode | null; readonly message: string }
  /** Its own metrics: asked for by `report`, or the last ones before it ends. */
  | { readonly kind: 'reported'; readonly snapshot: MetricsSnapshot }
  /** Somebody asked this worker for the metrics of all. */
  | { readonly kind: 'metrics-wanted'; readonly requestNumber: number };

/** From the primary to a worker. */
export type PrimaryMessage =
  | { readonly kind: 'stop' }
  | { readonly kind: 'report' }
  /** `text` is null when the metrics could not be merged. */
  | { readonly kind: 'metrics'; readonly requestNumber: number; readonly text: string | null };
