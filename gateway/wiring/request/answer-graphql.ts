/**
 * The whole line of the request path, on one screen.
 *
 * http -> identity -> documents -> operation -> (cache) -> execution -> response -> http. Each
 * stage returns a value and the next takes it; no stage calls another.
 *
 * @module
 */
import { ERROR_CATALOG } from '../../../shared/errors/error-catalog.ts';
import type { Problem } from '../../../shared/errors/problem.ts';
import type { Audit } from '../../audit/create-audit.ts';
import type { ResolvedDocument } from '../../documents/resolve-document.ts';
import type { CompiledOperation } from '../../execution/execute-operation.ts';
import type {
  AnswerGraphql,
  EdgeAnswer,
  EdgeRequest,
  GraphqlParameters,
} from '../../http/edge-types.ts';
import type { Authenticate } from '../../identity/create-authenticate.ts';
import type { Principal } from '../../identity/principal.ts';
import type { LimitRate, RateRefusal } from '../../identity/rate-limit/create-rate-limit.ts';
import type {
  PreparationOutcome,
  PreparedOperation,
  PrepareOperation,
} from '../../operation/prepare-operation.ts';
import { stillCovers } from '../../policy/authorization-shape.ts';
import { renderAnswer, renderRefusal } from '../../response/render-answer.ts';
import type { SupergraphGeneration } from '../supergraph/build-generation.ts';
import { type AcceptedSettings, type AcceptedStages, answerAccepted } from './answer-accepted.ts';
import type { FindDocument } from './build-documents.ts';
import type { CallerRights, GrantsOf, RightsOf } from './create-rights-of.ts';
import type { ExplainAccess } from './explain-access.ts';
import type { ExplainCache } from './explain-cache.ts';
import type { RequestObserver } from './observe-requests.ts';

/** The stages, built and ready. */
export interface AnswerStages extends AcceptedStages {
  readonly rightsOf: RightsOf;
  /** What grants open to a caller at this moment. */
  readonly grantsOf: GrantsOf;
  readonly authenticate: Authenticate;
  /** Null sets no limit. */
  readonly limitRate: LimitRate | null;
  readonly findDocument: FindDocument;
  readonly prepare: PrepareOperation<CompiledOperation>;
  readonly explain: ExplainAccess;
  readonly explainCache: ExplainCache;
  /** Null keeps no record of who saw what. */
  readonly audit: Audit | null;
}

export interface AnswerSettings extends AcceptedSettings {
  /** Whether an operation that asks for too much is refused as a whole. */
  readonly rejects: boolean;
}

/** Strings the stages together. */
export function createAnswerGraphql(stages: AnswerStages, settings: AnswerSettings): AnswerGraphql {
  const { authenticate, limitRate, live, observer } = stages;

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

    const tenure = live.enter();
    try {
      const { principal } = caller;
      const finding = stages.findDocument(request, principal);
      const found = finding instanceof Promise ? await finding : finding;
      if (!found.ok) {
        observer.refused([found.problem]);
        return renderAnswer(undefined, [found.problem], settings);
      }
      const { generation } = tenure;
      const asking = { request, document: found, principal, generation };
      return await answerOperation(asking, stages, settings);
    } finally {
      live.leave(tenure);
    }
  };
}

type FoundDocument = Extract<ResolvedDocument, { readonly ok: true }>;

/** A caller who is known, or known to be nobody, and may ask now. */
interface Asking {
  readonly request: EdgeRequest;
  readonly document: FoundDocument;
  readonly principal: Principal;
  /** What is live when the request comes; it keeps that whatever is swapped meanwhile. */
  readonly generation: SupergraphGeneration;
}

async function answerOperation(
  asking: Asking,
  stages: AnswerStages,
  settings: AnswerSettings,
): Promise<EdgeAnswer> {
  const { request, document, principal, generation } = asking;
  const { rightsOf, prepare, observer, audit } = stages;
  const { operationName, variables } = request.parameters;
  const { text: query } = document;
  const rights = rightsOf(principal, request.header(PURPOSE_HEADER) ?? null);
  const preparing = prepare(query, operationName, rights, generation.snapshot);
  const preparation = preparing instanceof Promise ? await preparing : preparing;
  if (request.method === 'GET' && isMutation(preparation)) {
    return renderRefusal('METHOD_NOT_ALLOWED', undefined, { allow: 'POST' });
  }
  if (!preparation.ok) {
    observer.refused(preparation.problems);
    return renderAnswer(undefined, preparation.problems, settings);
  }
  document.register?.();
  const { prepared, executable } = preparation;
  const { purpose, grants, policyVersion } = rights;
  const { requestId } = request;
  const audited = { requestId, query, principal, purpose, grants, policyVersion };
  if (audit?.mustRefuse(prepared, audited)) return refuse(AUDIT_UNAVAILABLE, observer);
  const access = stages.explain(request.parameters, principal, rights, prepared);
  const refusals = findRefusals(preparation, variables, settings);
  if (refusals.length > 0) {
    audit?.record(prepared, audited, null);
    observer.refused(refusals);
    return renderAnswer(undefined, [OPERATION_UNAUTHORIZED, ...refusals], { ...settings, access });
  }
  const hasLostAccess = () => lostAccess(prepared, principal, rights, stages);
  // Planning took its time: a mutation must not begin by what holds no more.
  if (preparing instanceof Promise && hasLostAccess()) {
    audit?.record(prepared, audited, null);
    return refuse(ACCESS_ENDED, observer);
  }
  const explained = stages.explainCache(request.parameters, principal, prepared, access);
  const accepted = {
    request,
    principal,
    generation,
    rights,
    prepared,
    executable,
    access,
    explained,
  };
  const pending = answerAccepted(accepted, stages, settings);
  const { answer, executed } = pending instanceof Promise ? await pending : pending;
  const hasLost = hasLostAccess();
  audit?.record(prepared, audited, hasLost ? null : executed);
  return hasLost ? refuse(ACCESS_ENDED, observer) : answer;
}

/** Whether a grant that the operation was begun with has ended meanwhile: its rows are not shown. */
function lostAccess(
  { parsed }: PreparedOperation,
  principal: Principal,
  { grants, purpose }: CallerRights,
  { grantsOf }: AnswerStages,
): boolean {
  return grants !== null && !stillCovers(parsed.mentioned, grants, grantsOf(principal, purpose));
}

function refuse(
  problem: typeof ACCESS_ENDED | typeof AUDIT_UNAVAILABLE,
  observer: RequestObserver,
): EdgeAnswer {
  observer.refused([problem]);
  return renderRefusal(problem.code);
}

/** Says what a request is for. */
const PURPOSE_HEADER = 'x-purpose';

const ACCESS_ENDED = {
  code: 'ACCESS_ENDED',
  message: ERROR_CATALOG.ACCESS_ENDED.summary,
} as const;

const AUDIT_UNAVAILABLE = {
  code: 'AUDIT_UNAVAILABLE',
  message: ERROR_CATALOG.AUDIT_UNAVAILABLE.summary,
} as const;

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
