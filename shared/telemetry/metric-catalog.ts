/**
 * Every metric this project exports, in one table.
 *
 * A name is a contract with dashboards and alerts: prefix by who exports it, base
 * units, `_total` for counters. `docs/reference/metrics.md` is generated from here.
 *
 * @module
 * @see https://prometheus.io/docs/practices/naming/
 */

import { CACHE_METRICS } from './cache-metrics.ts';
import { DOCUMENT_METRICS } from './document-metrics.ts';
import type { MetricDefinition } from './metric-definition.ts';

export const METRIC_CATALOG = {
  gateway_requests_total: {
    kind: 'counter',
    unit: 'count',
    help: 'GraphQL requests that the gateway has answered, by HTTP status.',
    labels: ['status'],
  },
  gateway_request_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    help: 'Time from the first byte of a GraphQL request to the last byte of its answer.',
    labels: [],
  },
  gateway_subgraph_calls_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Calls of the gateway to a data product, by outcome.',
    labels: ['subgraph', 'outcome'],
  },
  gateway_subgraph_call_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    help: 'Time of one call to a data product.',
    labels: ['subgraph'],
  },
  gateway_plan_cache_hits_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Operations whose plan was remembered.',
    labels: [],
  },
  gateway_plan_cache_misses_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Operations that had to be prepared.',
    labels: [],
  },
  gateway_plan_cache_entries: {
    kind: 'gauge',
    unit: 'count',
    help: 'Plans that are remembered now.',
    labels: [],
  },
  gateway_plan_cache_bytes: {
    kind: 'gauge',
    unit: 'bytes',
    help: 'Memory that remembered plans, documents and rejections take, by an estimate.',
    labels: [],
  },
  gateway_plan_cache_evictions_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Remembered operations that had to make room for others.',
    labels: [],
  },
  gateway_deduplicated_requests_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Queries that got the answer of an identical one under way.',
    labels: [],
  },
  gateway_remembered_answers_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Queries whose last answer was remembered: given again because the products said the same, or changed.',
    labels: ['outcome'],
  },
  ...CACHE_METRICS,
  gateway_planning_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    help: 'Time from asking for the plan of a new operation to having it, waiting included.',
    labels: [],
  },
  gateway_planning_waiting: {
    kind: 'gauge',
    unit: 'count',
    help: 'New operations that wait to be planned.',
    labels: [],
  },
  gateway_planning_threads_lost_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Planning threads that were ended because an operation took too much time or memory.',
    labels: [],
  },
  gateway_supergraph: {
    kind: 'gauge',
    unit: 'count',
    help: 'Processes that use this version of the supergraph.',
    labels: ['version'],
  },
  gateway_supergraph_since_seconds: {
    kind: 'gauge',
    unit: 'seconds',
    help: 'When the supergraph in use was put to use, in seconds since 1970; of several processes, the latest.',
    labels: [],
  },
  gateway_classification_swaps_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Changes of the classification rules file: swapped, refused or unreadable.',
    labels: ['outcome'],
  },
  gateway_policy_swaps_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Changes of the Cedar policies: swapped or refused.',
    labels: ['outcome'],
  },
  gateway_supergraph_swaps_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Supergraphs that were to take over, by outcome (swapped, unchanged, refused, unreadable).',
    labels: ['outcome'],
  },
  gateway_supergraphs_draining: {
    kind: 'gauge',
    unit: 'count',
    help: 'Superseded supergraphs that are kept for requests that began with them.',
    labels: [],
  },
  gateway_authentication_failures_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Requests refused because of their credentials, by error code.',
    labels: ['code'],
  },
  gateway_issuer_key_failures_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Times that the keys of an issuer could not be loaded, by configured issuer.',
    labels: ['issuer'],
  },
  gateway_introspections_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Questions to an issuer about a token, by result (active, refused, failed).',
    labels: ['result'],
  },
  gateway_api_keys: {
    kind: 'gauge',
    unit: 'count',
    help: 'API keys in force that the gateway knows, added up over its workers.',
    labels: [],
  },
  gateway_revocations: {
    kind: 'gauge',
    unit: 'count',
    help: 'Revocations that the gateway knows, added up over its workers.',
    labels: [],
  },
  gateway_grants: {
    kind: 'gauge',
    unit: 'count',
    help: 'Grants in force that the gateway knows, added up over its workers.',
    labels: [],
  },
  gateway_emergencies_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Times that this gateway was told of access that somebody took in an emergency; each worker counts. Alert on it.',
    labels: [],
  },
  gateway_access_notices_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Steps that time took with requests and grants, each told by one gateway, by step (reminded, escalated, unanswered, review due, lapsed).',
    labels: ['step'],
  },
  gateway_control_looks_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Looks for changes in the database of the control plane, by outcome (done, failed); about two a second.',
    labels: ['outcome'],
  },
  gateway_policy_decisions_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Decisions about policies of `@policy`, by result (allowed, denied, failed); what is remembered of a caller is not decided again.',
    labels: ['result'],
  },
  gateway_unauthorized_fields_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Selections removed because the caller may not read them; in a dry run, those that would be.',
    labels: [],
  },
  gateway_audit_records_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Records of operations on classified data, by result (written, dropped): who saw what in a dropped one is not known.',
    labels: ['result'],
  },
  gateway_audit_failures_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Times that records could not be written to the audit ledger; they are tried again.',
    labels: [],
  },
  gateway_audit_queue: {
    kind: 'gauge',
    unit: 'count',
    help: 'Records that wait to be written to the audit ledger.',
    labels: [],
  },
  gateway_redis_failures_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Times that a request needed Redis, did not get an answer and went on without.',
    labels: [],
  },
  ...DOCUMENT_METRICS,
  gateway_redis_servers: {
    kind: 'gauge',
    unit: 'count',
    help: 'Servers of Redis by what they are used for (answers, limits) and whether they answer (up, away); nothing waits for one that is away.',
    labels: ['use', 'state'],
  },
  gateway_redis_errors_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Commands that Redis did not do, by use and kind: away (not even tried), late, lost with the connection, full, moved or moving within a cluster, refused.',
    labels: ['use', 'kind'],
  },
  gateway_errors_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Errors in answers of the gateway, by code.',
    labels: ['code'],
  },
  gateway_workers: {
    kind: 'gauge',
    unit: 'count',
    help: 'Worker processes that listen; 0 where the gateway is one process without workers.',
    labels: [],
  },
  gateway_worker_losses_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Worker processes that ended without being told to.',
    labels: [],
  },

  // A data product.
  product_requests_total: {
    kind: 'counter',
    unit: 'count',
    help: 'GraphQL requests that the data product has answered, refused ones included.',
    labels: [],
  },
  product_request_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    help: 'Time of one GraphQL request to the data product.',
    labels: [],
  },
  product_statements_total: {
    kind: 'counter',
    unit: 'count',
    help: 'SQL statements of resolvers, by kind (read, write).',
    labels: ['kind'],
  },
  product_refused_calls_total: {
    kind: 'counter',
    unit: 'count',
    help: "Calls refused because they did not carry a valid token of the gateway's, by reason.",
    labels: ['reason'],
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRIC_CATALOG;
