/**
 * What the people who run the gateway get to see: metrics and log lines about
 * each stage, in one place, so that the rooms need not know either.
 *
 * @module
 */
import type { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { Problem } from '../../../shared/errors/problem.ts';
import { Lookup } from '../../../shared/lang/lookup.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { PartObserver } from '../../cache/parts/part-settings.ts';
import type { PreparationObserver } from '../../operation/preparation-observer.ts';
import type { PreparedOperation } from '../../operation/prepare-operation.ts';
import type { ObservePolicyDecision } from '../../policy/held-policies.ts';
import type { CacheState } from './cache-state.ts';
import type { CallsOfType } from './count-calls.ts';
import { type CacheObserver, observeCache } from './observe-cache.ts';
import { observeParts } from './observe-parts.ts';

export interface RequestObserver {
  readonly preparation: PreparationObserver;
  readonly cache: CacheObserver;
  readonly parts: PartObserver;
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
  /** A query came whose last answer was remembered. */
  readonly remembered: (outcome: 'repeated' | 'changed') => void;
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
  /** A request got an answer that was kept. Returns the same. */
  readonly answeredFromCache: (
    state: CacheState,
    operation: PreparedOperation,
    executed: ExecutedFacts,
  ) => Readonly<Record<string, unknown>>;
}

/** What is worth telling about one execution. */
export interface ExecutedFacts {
  /** Of the request that it was begun for; the data products got this one. */
  readonly requestId: string;
  readonly problems: readonly Problem[];
  /** Those of which something is in the answer. */
  readonly subgraphs: ReadonlySet<string>;
  /** Those that it was made of; none where it is not kept. */
  readonly calls: readonly CallsOfType[];
}

export function createRequestObserver(metrics: Metrics, log: Logger): RequestObserver {
  const hits = metrics.counter('gateway_plan_cache_hits_total');
  const misses = metrics.counter('gateway_plan_cache_misses_total');
  const evictions = metrics.counter('gateway_plan_cache_evictions_total');
  const seconds = metrics.histogram('gateway_request_seconds');
  const deduplicated = metrics.counter('gateway_deduplicated_requests_total');
  // Series are found once for each label here, because finding one writes its labels as a text.
  const requests = new Lookup((status: number) =>
    metrics.counter('gateway_requests_total', String(status)),
  );
  const calls = new Lookup((subgraph: string) => ({
    seconds: metrics.histogram('gateway_subgraph_call_seconds', subgraph),
    outcomes: new Lookup((outcome: string) =>
      metrics.counter('gateway_subgraph_calls_total', subgraph, outcome),
    ),
  }));
  const cache = observeCache(metrics, log);
  const countProblems = (problems: readonly Problem[]): void => {
    for (const { code } of problems) metrics.counter('gateway_errors_total', code).inc();
  };

  const countAnswer = createCountAnswer(metrics, countProblems);

  return {
    policyDecided: createDecisionReport(metrics, log),
    cache,
    parts: observeParts(metrics, log),
    preparation: {
      hit: () => hits.inc(),
      miss: () => misses.inc(),
      evicted: () => evictions.inc(),
      failed: (error: MeshgateError) => log.error({ err: error }, 'an operation was not planned'),
    },
    request(status, duration) {
      requests.get(status).inc();
      seconds.observe(duration);
    },
    subgraphCall(subgraph, outcome, duration) {
      calls.get(subgraph).outcomes.get(outcome).inc();
      calls.get(subgraph).seconds.observe(duration);
    },
    keysUnavailable(issuer, error) {
      metrics.counter('gateway_issuer_key_failures_total', issuer).inc();
      log.error({ issuer, err: error }, 'the keys of an issuer cannot be loaded');
    },
    introspected: (result) => metrics.counter('gateway_introspections_total', result).inc(),
    authenticationFailed: (code) =>
      metrics.counter('gateway_authentication_failures_total', code).inc(),
    redisFailed: () => metrics.counter('gateway_redis_failures_total').inc(),
    refused: countProblems,
    deduplicated: () => deduplicated.inc(),
    remembered: (outcome) => metrics.counter('gateway_remembered_answers_total', outcome).inc(),
    answeredFromCache(state, operation, executed) {
      cache.saved(executed.calls);
      return countAnswer(operation, executed, state);
    },
    executed(requestId, operation, executed) {
      const { requestId: executedFor, problems } = executed;
      const facts = countAnswer(operation, executed, undefined);
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

/** Counts what an answer went out with; what is returned is for the log line of its request. */
function createCountAnswer(
  metrics: Metrics,
  countProblems: (problems: readonly Problem[]) => void,
) {
  const unauthorized = metrics.counter('gateway_unauthorized_fields_total');
  return (
    { parsed }: PreparedOperation,
    { problems, subgraphs }: ExecutedFacts,
    cache: CacheState | undefined,
  ) => {
    countProblems(problems);
    const refused = problems.filter(({ code }) => code === 'UNAUTHORIZED_FIELD_OR_TYPE').length;
    if (refused > 0) unauthorized.inc(refused);
    const { name, kind } = parsed;
    return { operation: name, kind, products: [...subgraphs], refused, cache };
  };
}

/** Counts decisions, and says once of each policy that it cannot be decided or is not there. */
function createDecisionReport(metrics: Metrics, log: Logger): ObservePolicyDecision {
  const reported = new Set<string>();
  return (policy, { holds, failed, written }) => {
    const result = failed.length > 0 ? 'failed' : holds ? 'allowed' : 'denied';
    metrics.counter('gateway_policy_decisions_total', result).inc();
    if ((result !== 'failed' && written) || reported.has(policy)) return;
    reported.add(policy);
    if (written) log.error({ policy, rules: failed }, 'a policy cannot be decided');
    else log.warn({ policy }, 'no rule is about a policy that the supergraph asks for');
  };
}
