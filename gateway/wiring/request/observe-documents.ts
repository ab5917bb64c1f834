import { Lookup } from '../../../shared/lang/lookup.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { DocumentObserver, DocumentOutcome } from '../../documents/document-doors.ts';
import { sha256Of } from '../../documents/sha256-of.ts';

/** What is seen of documents that are looked up. No text is logged: it may hold values. */
export function observeDocuments(metrics: Metrics, log: Logger): DocumentObserver {
  const outcomes = new Lookup((outcome: DocumentOutcome) =>
    metrics.counter('gateway_documents_total', outcome),
  );
  const evictions = metrics.counter('gateway_persisted_queries_evictions_total');
  return {
    outcome: (outcome) => outcomes.get(outcome).inc(),
    evicted: () => evictions.inc(),
    unlisted({ text, client, requestId }, isRefused) {
      const facts = { requestId, sha256: sha256Of(text ?? ''), client: client?.slice(0, 100) };
      log.info(
        facts,
        isRefused
          ? 'a document that is not in the operation list was refused'
          : 'a document that is not in the operation list was answered',
      );
    },
  };
}
