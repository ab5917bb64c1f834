import type { MetricDefinition } from './metric-definition.ts';

/** What the caches of the gateway export: of whole answers, and of their parts. */
export const CACHE_METRICS = {
  gateway_response_cache_lookups_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Operations by what the response cache did for them (hit, shared_hit from Redis, stale, stale_if_error, miss, bypass); where it is off, bypass.',
    labels: ['state'],
  },
  gateway_response_cache_type_lookups_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Operations by what the response cache did for them (hit, shared_hit, stale, stale_if_error, miss), for each product and type that their answers may hold data of (`*` for what clients cannot see): one counts in full for each, so that sums over products or types count it several times. Not those that are bypassed.',
    labels: ['subgraph', 'type', 'state'],
  },
  gateway_response_cache_shadow_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Answers of products that were compared with the one that was kept (same, different, absent where none was fresh), by `CACHE_SHADOW_PERCENT`.',
    labels: ['result'],
  },
  gateway_response_cache_saved_calls_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Calls that a data product was spared because an answer was kept; the type is that of the first entity that such a call asked for, or the query type.',
    labels: ['subgraph', 'type'],
  },
  gateway_response_cache_age_seconds_total: {
    kind: 'counter',
    unit: 'seconds',
    help: 'Ages of the kept answers that were given, added up, each in whole seconds; divided by the lookups that gave one (hit, shared_hit, stale, stale_if_error), the mean.',
    labels: [],
  },
  gateway_response_cache_type_age_seconds_total: {
    kind: 'counter',
    unit: 'seconds',
    help: 'The same for each product and type that such an answer may hold data of, counted in full for each; divided by the lookups of the type that gave one, the mean.',
    labels: ['subgraph', 'type'],
  },
  gateway_response_cache_forgotten_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Kept answers that were forgotten before their time, because something in them has changed.',
    labels: [],
  },
  gateway_response_cache_evictions_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Kept answers that had to make room for others.',
    labels: [],
  },
  gateway_response_cache_redis_failures_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Commands of the response cache that Redis did not do, so that a request or a change went on without.',
    labels: [],
  },
  gateway_response_cache_answers: {
    kind: 'gauge',
    unit: 'count',
    help: 'Answers that are kept now, stale ones included.',
    labels: [],
  },
  gateway_response_cache_bytes: {
    kind: 'gauge',
    unit: 'bytes',
    help: 'Memory that kept answers take, by an estimate.',
    labels: [],
  },
  gateway_response_cache_type_answers: {
    kind: 'gauge',
    unit: 'count',
    help: 'Answers that are kept now and may hold data of a type of a product: what would be forgotten with it. One counts in full for each, so that sums over products or types count it several times.',
    labels: ['subgraph', 'type'],
  },
  gateway_response_cache_type_bytes: {
    kind: 'gauge',
    unit: 'bytes',
    help: 'Memory that these answers take, by an estimate, in full for each product and type.',
    labels: ['subgraph', 'type'],
  },
  gateway_entity_cache_lookups_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Entities, and responses to calls from the root, by what the entity cache did for them (hit, shared_hit from Redis, missing for an entity that is known not to exist, stale, miss), of products that allow keeping; the type is that of the first entity of such a call.',
    labels: ['subgraph', 'type', 'state'],
  },
  gateway_entity_cache_shadow_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Entities, and responses to calls from the root, that were compared with what is kept of them in this process (same, different, absent where nothing was fresh), by `CACHE_SHADOW_PERCENT`; the type is that of the first entity of such a call.',
    labels: ['subgraph', 'type', 'state'],
  },
  gateway_entity_cache_saved_calls_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Calls that a data product was spared because all that they would ask for was kept.',
    labels: ['subgraph', 'type'],
  },
  gateway_entity_cache_age_seconds_total: {
    kind: 'counter',
    unit: 'seconds',
    help: 'Ages of the kept entities and responses that were given, added up; divided by the lookups that gave one (hit, missing, stale), the mean.',
    labels: ['subgraph', 'type'],
  },
  gateway_entity_cache_forgotten_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Kept entities and responses that were forgotten before their time, because they may have changed.',
    labels: [],
  },
  gateway_entity_cache_evictions_total: {
    kind: 'counter',
    unit: 'count',
    help: 'Responses whose kept parts had to make room for others.',
    labels: [],
  },
  gateway_entity_cache_parts: {
    kind: 'gauge',
    unit: 'count',
    help: 'Entities and responses from the root that are kept now, stale ones included; the type is that of the first entity that came of such a call.',
    labels: ['subgraph', 'type'],
  },
  gateway_entity_cache_bytes: {
    kind: 'gauge',
    unit: 'bytes',
    help: 'Memory that kept entities and responses take, by an estimate.',
    labels: ['subgraph', 'type'],
  },
} as const satisfies Record<string, MetricDefinition>;
