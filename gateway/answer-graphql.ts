/**
 * The whole line of the request path, on one screen.
 *
 * http -> identity -> operation -> execution -> response -> http. Each stage
 * returns a value and the next takes it; no stage calls another.
 *
 * @module
 */
import { ERROR_CATALOG } from '../shared/errors/error-catalog.ts';
import type { CompiledOperation } from './execution/execute-operation.ts';
import type { ExecutionDoors } from './execution/execution-run.ts';
import type { CallSubgraph } from './execution/subgraph-answer.ts';
import type { AnswerGraphql } from './http/edge-types.ts';
import type { Authenticate } from './identity/create-authenticate.ts';
import type { SubgraphHeaders } from './identity/create-subgraph-headers.ts';
import type { Principal } from './identity/principal.ts';
import type { RequestObserver } from './observe-requests.ts';
import type { PrepareOperation } from './operation/prepare-operation.ts';
import { renderAnswer, renderRefusal } from './response/render-answer.ts';
import type { SupergraphSnapshot } from './supergraph/supergraph-snapshot.ts';

/** The stages, built and ready. */
export interface AnswerStages {
  readonly authenticate: Authenticate;
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
  const { authenticate, prepare, callSubgraph, loadEntities, headersFor, snapshot, observer } =
    stages;

  return async (request) => {
    const pending = authenticate(request.authorization);
    const caller = pending instanceof Promise ? await pending : pending;
    if (!caller.ok) {
      observer.authenticationFailed(caller.code);
      return renderRefusal(caller.code, caller.message, CHALLENGE);
    }

    const { query, operationName, variables } = request.parameters;
    const preparation = prepare(query, operationName, rightsOf(caller.principal), snapshot);
    if (!preparation.ok) {
      observer.refused(preparation.problems);
      return renderAnswer(undefined, preparation.problems, settings);
    }
    const { prepared, executable } = preparation;
    if (request.method === 'GET' && prepared.parsed.kind === 'mutation') {
      return renderRefusal('METHOD_NOT_ALLOWED', undefined, { allow: 'POST' });
    }
    if (settings.rejects && prepared.authorized.deniedPaths.length > 0) {
      const refusals = executable.refusals(variables);
      if (refusals.length > 0) {
        observer.refused(refusals);
        return renderAnswer(undefined, [OPERATION_UNAUTHORIZED, ...refusals], settings);
      }
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
    observer.executed(request.requestId, prepared, result.problems, asked);
    return renderAnswer(result.data, result.problems, settings);
  };
}

const OPERATION_UNAUTHORIZED = {
  code: 'OPERATION_UNAUTHORIZED',
  message: ERROR_CATALOG.OPERATION_UNAUTHORIZED.summary,
} as const;

/** RFC 6750 section 3: a refused bearer token is answered with a challenge. */
const CHALLENGE = { 'www-authenticate': 'Bearer error="invalid_token"' };
const NO_POLICIES: ReadonlySet<string> = new Set();

function rightsOf({ authenticated, scopes }: Principal) {
  return { authenticated, scopes, policies: NO_POLICIES };
}
