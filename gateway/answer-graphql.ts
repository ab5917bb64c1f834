/**
 * The whole line of the request path, on one screen.
 *
 * http -> identity -> operation -> (cache) -> execution -> response -> http. Each
 * stage returns a value and the next takes it; no stage calls another.
 *
 * @module
 */
import { ERROR_CATALOG } from '../shared/errors/error-catalog.ts';
import type { Problem } from '../shared/errors/problem.ts';
import type { Audit } from './audit/create-audit.ts';
import type { SupergraphGeneration } from './build-generation.ts';
import type { ShareQueries } from './cache/share-queries.ts';
import type { Work } from './cache/single-flight.ts';
import type { CallerRights, GrantsOf, RightsOf } from './create-rights-of.ts';
import type { CompiledOperation } from './execution/execute-operation.ts';
import type { ExecutionResult } from './execution/execution-result.ts';
import type {
  AnswerGraphql,
  EdgeAnswer,
  EdgeRequest,
  GraphqlParameters,
} from './http/edge-types.ts';
import type { Authenticate } from './identity/create-authenticate.ts';
import type { Principal } from './identity/principal.ts';
import type { LimitRate, RateRefusal } from './identity/rate-limit/create-rate-limit.ts';
import type { SubgraphHeaders } from './identity/trust/create-subgraph-headers.ts';
import type { ExecutedFacts, RequestObserver } from './observe-requests.ts';
import type {
  PreparationOutcome,
  PreparedOperation,
  PrepareOperation,
} from './operation/prepare-operation.ts';
import { stillCovers } from './policy/authorization-shape.ts';
import type { ErrorDisclosure } from './response/format-problem.ts';
import { renderAnswer, renderRefusal } from './response/render-answer.ts';
import type { LiveSupergraph } from './supergraph/live-supergraph.ts';

/** The stages, built and ready. */
export interface AnswerStages {
  readonly authenticate: Authenticate;
  /** Null sets no limit. */
  readonly limitRate: LimitRate | null;
  readonly rightsOf: RightsOf;
  /** What is granted to a caller when an operation has run. */
  readonly grantsOf: GrantsOf;
  readonly prepare: PrepareOperation<CompiledOperation>;
  readonly share: ShareQueries<Executed>;
  readonly headersFor: SubgraphHeaders;
  /** Null keeps no record of who saw what. */
  readonly audit: Audit | null;
  readonly live: LiveSupergraph<SupergraphGeneration>;
  readonly observer: RequestObserver;
}

/** One execution, for everybody who waits for it. */
export interface Executed extends ExecutedFacts {
  readonly answer: EdgeAnswer;
  /** False where nothing was run. */
  readonly hasData: boolean;
}

export interface AnswerSettings extends ErrorDisclosure {
  /** Whether an operation that asks for too much is refused as a whole. */
  readonly rejects: boolean;
  /** For all subgraph calls of one request together, in milliseconds. */
  readonly timeoutMs: number;
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
      const asking = { request, principal: caller.principal, generation: tenure.generation };
      return await answerOperation(asking, stages, settings);
    } finally {
      live.leave(tenure);
    }
  };
}

/** A caller who is known, or known to be nobody, and may ask now. */
interface Asking {
  readonly request: EdgeRequest;
  readonly principal: Principal;
  /** What is live when the request comes; it keeps that whatever is swapped meanwhile. */
  readonly generation: SupergraphGeneration;
}

async function answerOperation(
  asking: Asking,
  stages: AnswerStages,
  settings: AnswerSettings,
): Promise<EdgeAnswer> {
  const { request, principal, generation } = asking;
  const { rightsOf, prepare, share, observer, audit } = stages;
  const { query, operationName, variables } = request.parameters;
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
  const { prepared, executable } = preparation;
  const { purpose, grants } = rights;
  const audited = { requestId: request.requestId, query, principal, purpose, grants };
  if (audit?.mustRefuse(prepared, audited)) return refuse(AUDIT_UNAVAILABLE, observer);
  const refusals = findRefusals(preparation, variables, settings);
  if (refusals.length > 0) {
    audit?.record(prepared, audited, null);
    observer.refused(refusals);
    return renderAnswer(undefined, [OPERATION_UNAUTHORIZED, ...refusals], settings);
  }

  // Planning took its time: a mutation must not begin by what holds no more.
  if (preparing instanceof Promise && hasLostAccess(prepared, principal, rights, stages)) {
    audit?.record(prepared, audited, null);
    return refuse(ACCESS_ENDED, observer);
  }

  const disclosure = { ...settings, hidesValues: prepared.hidesValues };
  const start = () => run(executable, asking, rights, stages, disclosure);
  const seat = share(request, principal, grants?.fingerprint ?? null, prepared, start);
  request.client.onGone = seat.leave;
  const executed = await seat.value;
  const hasLost = hasLostAccess(prepared, principal, rights, stages);
  audit?.record(prepared, audited, hasLost ? null : executed);
  if (hasLost) return refuse(ACCESS_ENDED, observer);
  return { ...executed.answer, facts: observer.executed(request.requestId, prepared, executed) };
}

/** Whether a grant that the operation was begun with has ended meanwhile: its rows are not shown. */
function hasLostAccess(
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

/** Executes and renders. */
function run(
  executable: CompiledOperation,
  { request, principal, generation }: Asking,
  { grants }: CallerRights,
  { headersFor }: AnswerStages,
  settings: AnswerSettings & ErrorDisclosure,
): Work<Executed> {
  const subgraphs = new Set<string>();
  let abort = () => {};
  const execute = async (): Promise<Executed> => {
    const result = await executable.execute({
      variables: request.parameters.variables,
      callSubgraph: generation.callSubgraph,
      loadEntities: generation.loadEntities,
      memory: generation.memory,
      headersFor(subgraph) {
        subgraphs.add(subgraph);
        return headersFor(subgraph, principal, request, grants?.ofProduct(subgraph));
      },
      timeoutMs: settings.timeoutMs,
      onStart(giveUp) {
        abort = giveUp;
        if (request.client.gone) giveUp();
      },
    });
    const answer = renderOnce(result, settings);
    const { problems } = result;
    const hasData = result.dataText !== undefined;
    return { requestId: request.requestId, answer, hasData, problems, subgraphs };
  };
  return { value: execute(), abort: () => abort() };
}

/** What was rendered before: an answer that is repeated is the same value. */
const rendered = new WeakMap<ExecutionResult, EdgeAnswer>();

/** Longer bodies are encoded once; shorter ones go out in one piece with their headers. */
const ENCODED_CHARACTERS = 4096;

function renderOnce(result: ExecutionResult, settings: AnswerSettings): EdgeAnswer {
  let answer = rendered.get(result);
  if (answer === undefined) {
    answer = renderAnswer(result.dataText, result.problems, settings);
    rendered.set(result, answer);
  } else if (typeof answer.body === 'string' && answer.body.length > ENCODED_CHARACTERS) {
    answer = { ...answer, body: Buffer.from(answer.body) };
    rendered.set(result, answer);
  }
  return answer;
}

/** Says what a request is for. */
const PURPOSE_HEADER = 'x-purpose';

const RATE_LIMITED = {
  code: 'RATE_LIMITED',
  message: ERROR_CATALOG.RATE_LIMITED.summary,
} as const;

const ACCESS_ENDED = {
  code: 'ACCESS_ENDED',
  message: ERROR_CATALOG.ACCESS_ENDED.summary,
} as const;

const AUDIT_UNAVAILABLE = {
  code: 'AUDIT_UNAVAILABLE',
  message: ERROR_CATALOG.AUDIT_UNAVAILABLE.summary,
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
