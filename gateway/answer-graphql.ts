/**
 * The whole line of the request path, on one screen.
 *
 * http -> identity -> operation -> execution -> response -> http. Each stage
 * returns a value and the next takes it; no stage calls another.
 *
 * @module
 */
import { ERROR_CATALOG } from '../shared/errors/error-catalog.ts';
import type { Problem } from '../shared/errors/problem.ts';
import type { CompiledOperation } from './execution/execute-operation.ts';
import type { ExecutionDoors } from './execution/execution-run.ts';
import type { CallSubgraph } from './execution/subgraph-answer.ts';
import type { AnswerGraphql, GraphqlParameters } from './http/edge-types.ts';
import type { Authenticate } from './identity/create-authenticate.ts';
import type { LimitRate, RateRefusal } from './identity/create-rate-limit.ts';
import type { SubgraphHeaders } from './identity/create-subgraph-headers.ts';
import type { Principal } from './identity/principal.ts';
import type { RequestObserver } from './observe-requests.ts';
import type { PreparationOutcome, PrepareOperation } from './operation/prepare-operation.ts';
import { renderAnswer, renderRefusal } from './response/render-answer.ts';
import type { SupergraphSnapshot } from './supergraph/supergraph-snapshot.ts';

/** The stages, built and ready. */
export interface AnswerStages {
  readonly authenticate: Authenticate;
  /** Null sets no limit. */
  readonly limitRate: LimitRate | null;
  readonly prepare: PrepareOperation<CompiledOperation>;
  readonly callSubgraph: CallSubgraph;
  readonly loadEntities: ExecutionDoors['loadEntities'];
  readonly headersFor: SubgraphHeaders;
  readonly snapshot: SupergraphSnapshot;
  readonly observer: RequestObserver;
}

export interface AnswerSettings {
  /** Whether an operation that asks for too much is refused as a whole. */
  readonly rejects: boolean;
  readonly passSubgraphErrors: boolean;
  /** For all subgraph calls of one request together, in milliseconds. */
  readonly timeoutMs: number;
}

/** Strings the stages together. */
export function createAnswerGraphql(stages: AnswerStages, settings: AnswerSettings): AnswerGraphql {
  const { authenticate, limitRate, prepare, snapshot, observer } = stages;
  const { callSubgraph, loadEntities, headersFor } = stages;

  return async (request) => {
    const pending = authenticate(request.authorization);
    const caller = pending instanceof Promise ? await pending : pending;
    const tooEarly = limitRate && (await limitRate(caller, request.address));
    if (tooEarly !== null) {
      observer.refused([RATE_LIMITED]);
      return renderRefusal('RATE_LIMITED', undefined, toRateHeaders(tooEarly));
    }
    if (!caller.ok) {
      observer.authenticationFailed(caller.code);
      return renderRefusal(caller.code, caller.message, CHALLENGE);
    }

    const { query, operationName, variables } = request.parameters;
    const preparation = prepare(query, operationName, rightsOf(caller.principal), snapshot);
    if (request.method === 'GET' && isMutation(preparation)) {
      return renderRefusal('METHOD_NOT_ALLOWED', undefined, { allow: 'POST' });
    }
    if (!preparation.ok) {
      observer.refused(preparation.problems);
      return renderAnswer(undefined, preparation.problems, settings);
    }
    const { prepared, executable } = preparation;
    const refusals = findRefusals(preparation, variables, settings);
    if (refusals.length > 0) {
      observer.refused(refusals);
      return renderAnswer(undefined, [OPERATION_UNAUTHORIZED, ...refusals], settings);
    }

    const asked = new Set<string>();
    const result = await executable.execute({
      variables,
      callSubgraph,
      loadEntities,
      headersFor(subgraph) {
        asked.add(subgraph);
        return headersFor(subgraph, caller.principal, request);
      },
      timeoutMs: settings.timeoutMs,
      onStart(abort) {
        request.client.onGone = abort;
      },
    });
    const facts = observer.executed(request.requestId, prepared, result.problems, asked);
    return { ...renderAnswer(result.data, result.problems, settings), facts };
  };
}

const RATE_LIMITED = {
  code: 'RATE_LIMITED',
  message: ERROR_CATALOG.RATE_LIMITED.summary,
} as const;

const OPERATION_UNAUTHORIZED = {
  code: 'OPERATION_UNAUTHORIZED',
  message: ERROR_CATALOG.OPERATION_UNAUTHORIZED.summary,
} as const;

/** A broken mutation is one too: it may not be sent by GET either. */
function isMutation(preparation: PreparationOutcome<CompiledOperation>): boolean {
  const kind = preparation.ok ? preparation.prepared.parsed.kind : preparation.kind;
  return kind === 'mutation';
}

/** What an operation asks for too much, where it is refused as a whole for that. */
function findRefusals(
  { prepared, executable }: Extract<PreparationOutcome<CompiledOperation>, { ok: true }>,
  variables: GraphqlParameters['variables'],
  { rejects }: AnswerSettings,
): readonly Problem[] {
  const mayRefuse = rejects && prepared.authorized.deniedPaths.length > 0;
  return mayRefuse ? executable.refusals(variables) : [];
}

/** RFC 6750 section 3: a refused bearer token is answered with a challenge. */
const CHALLENGE = { 'www-authenticate': 'Bearer' };

/** @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ */
function toRateHeaders({ retryAfterSeconds, requests, windowSeconds }: RateRefusal) {
  return {
    'retry-after': String(retryAfterSeconds),
    'ratelimit-policy': `"caller";q=${requests};w=${windowSeconds}`,
    ratelimit: `"caller";r=0;t=${retryAfterSeconds}`,
  };
}

const NO_POLICIES: ReadonlySet<string> = new Set();

function rightsOf({ authenticated, scopes }: Principal) {
  return { authenticated, scopes, policies: NO_POLICIES };
}
