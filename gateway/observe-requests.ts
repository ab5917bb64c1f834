/**
 * What the people who run the gateway get to see: metrics and log lines about
 * each stage, in one place, so that the rooms need not know either.
 *
 * @module
 */
import type { MeshgateError } from '../shared/errors/meshgate-error.ts';
import type { Problem } from '../shared/errors/problem.ts';
import type { Metrics } from '../shared/telemetry/create-metrics.ts';
import type { Logger } from '../shared/telemetry/logger.ts';
import type { PreparationObserver, PreparedOperation } from './operation/prepare-operation.ts';
import type { ObservePolicyDecision } from './policy/held-policies.ts';

export interface RequestObserver {
  readonly preparation: PreparationObserver;
  readonly request: (status: number, seconds: number) => void;
  readonly subgraphCall: (subgraph: string, outcome: string, seconds: number) => void;
  readonly keysUnavailable: (issuer: string, error: unknown) => void;
  readonly authenticationFailed: (code: string) => void;
  /** An issuer was asked about a token. */
  readonly introspected: (result: string) => void;
  readonly policyDecided: ObservePolicyDecision;
  /** Redis did not do what a request needed of it, and the request went on without. */
  readonly redisFailed: () => void;
  /** An answer went out with these problems and nothing was run. */
  readonly refused: (problems: readonly Problem[]) => void;
  /** A query gets the answer of an identical one that is under way. */
  readonly deduplicated: () => void;
  /**
   * A request has its answer, from an operation that was run for it or for an identical request.
   *
   * @returns Facts for the log line of the request.
   */
  readonly executed: (
    requestId: string,
    operation: PreparedOperation,
    executed: ExecutedFacts,
  ) => Readonly<Record<string, unknown>>;
}

/** What is worth telling about one execution. */
export interface ExecutedFacts {
  /** Of the request that it was begun for; the data products got this one. */
  readonly requestId: string;
  readonly problems: readonly Problem[];
  /** Those that were asked. */
  readonly subgraphs: ReadonlySet<string>;
}

export function createRequestObserver(metrics: Metrics, log: Logger): RequestObserver {
  const hits = metrics.counter('gateway_plan_cache_hits_total');
  const misses = metrics.counter('gateway_plan_cache_misses_total');
  const evictions = metrics.counter('gateway_plan_cache_evictions_total');
  const seconds = metrics.histogram('gateway_request_seconds');
  const redisFailures = metrics.counter('gateway_redis_failures_total');
  const deduplicated = metrics.counter('gateway_deduplicated_requests_total');
  const unauthorized = metrics.counter('gateway_unauthorized_fields_total');
  const countProblems = (problems: readonly Problem[]): void => {
    for (const { code } of problems) metrics.counter('gateway_errors_total', code).inc();
  };

  return {
    policyDecided: createDecisionReport(metrics, log),
    preparation: {
      hit: () => hits.inc(),
      miss: () => misses.inc(),
      evicted: () => evictions.inc(),
      failed: (error: MeshgateError) => log.error({ err: error }, 'an operation was not planned'),
    },
    request(status, duration) {
      metrics.counter('gateway_requests_total', String(status)).inc();
      seconds.observe(duration);
    },
    subgraphCall(subgraph, outcome, duration) {
      metrics.counter('gateway_subgraph_calls_total', subgraph, outcome).inc();
      metrics.histogram('gateway_subgraph_call_seconds', subgraph).observe(duration);
    },
    keysUnavailable(issuer, error) {
      metrics.counter('gateway_issuer_key_failures_total', issuer).inc();
      log.error({ issuer, err: error }, 'the keys of an issuer cannot be loaded');
    },
    introspected: (result) => metrics.counter('gateway_introspections_total', result).inc(),
    authenticationFailed: (code) =>
      metrics.counter('gateway_authentication_failures_total', code).inc(),
    redisFailed: () => redisFailures.inc(),
    refused: countProblems,
    deduplicated: () => deduplicated.inc(),
    executed(requestId, { parsed }, { requestId: executedFor, problems, subgraphs }) {
      countProblems(problems);
      const refused = problems.filter(({ code }) => code === 'UNAUTHORIZED_FIELD_OR_TYPE').length;
      if (refused > 0) unauthorized.inc(refused);
      const { name, kind } = parsed;
      const facts = { operation: name, kind, products: [...subgraphs], refused };
      // A failure is told once, however many were waiting.
      if (requestId !== executedFor) return { ...facts, sharedWith: executedFor };

      for (const { product, code, original } of problems) {
        if (product === undefined) continue;
        const said = original?.extensions.code;
        log.warn({ requestId, product, code, said }, 'a data product failed');
      }
      return facts;
    },
  };
}

/** Counts decisions, and says once of each policy that it cannot be decided. */
function createDecisionReport(metrics: Metrics, log: Logger): ObservePolicyDecision {
  const reported = new Set<string>();
  return (policy, { holds, failed }) => {
    const result = failed.length > 0 ? 'failed' : holds ? 'allowed' : 'denied';
    metrics.counter('gateway_policy_decisions_total', result).inc();
    if (result !== 'failed' || reported.has(policy)) return;
    reported.add(policy);
    log.error({ policy, rules: failed }, 'a policy cannot be decided, so it does not hold');
  };
}
