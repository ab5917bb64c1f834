import type { MetricDefinition } from './metric-definition.ts';

/** What is seen of persisted documents: a part of the table of all metrics. */
export const DOCUMENT_METRICS = {
  gateway_documents_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Requests whose document was looked up, by outcome (listed, unlisted, found, found_shared, registered, too_large, not_found, mismatched, unsupported, refused, id_required).',
    labels: ['outcome'],
  },
  gateway_persisted_queries: {
    kind: 'gauge',
    unit: 'count',
    help: 'Documents that clients have registered with this process.',
    labels: [],
  },
  gateway_persisted_queries_bytes: {
    kind: 'gauge',
    unit: 'bytes',
    help: 'Memory that registered documents take, by an estimate.',
    labels: [],
  },
  gateway_persisted_queries_evictions_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Registered documents that had to make room for others.',
    labels: [],
  },
  gateway_operation_list: {
    kind: 'gauge',
    unit: 'count',
    help: 'Operations on the list in force, added up over the workers of a gateway.',
    labels: [],
  },
  gateway_operation_list_unfit: {
    kind: 'gauge',
    unit: 'count',
    help: 'Operations on the list that do not fit the supergraph or the limits of this gateway; the log names them. Added up over its workers.',
    labels: [],
  },
  gateway_operation_list_swaps_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Times that a manifest had changed, by outcome (swapped, refused, unreadable).',
    labels: ['outcome'],
  },
} as const satisfies Record<string, MetricDefinition>;
