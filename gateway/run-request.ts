import type { SupergraphGeneration } from './build-generation.ts';
import type { MadeAnswer } from './cache/answer-cache.ts';
import type { AnswerLifetime, Keeping } from './cache/answer-lifetime.ts';
import type { Work } from './cache/single-flight.ts';
import type { CompiledOperation } from './execution/execute-operation.ts';
import type { ExecutionResult } from './execution/execution-result.ts';
import type { EdgeAnswer, EdgeRequest } from './http/edge-types.ts';
import type { Principal } from './identity/principal.ts';
import type { SubgraphHeaders } from './identity/trust/create-subgraph-headers.ts';
import type { ExecutedFacts } from './observe-requests.ts';
import type { PreparedOperation } from './operation/prepare-operation.ts';
import { renderAnswer } from './response/render-answer.ts';
import { renderCacheable } from './response/render-caching.ts';

/** A request that may be run. */
export interface AcceptedRequest {
  readonly request: EdgeRequest;
  readonly principal: Principal;
  /** What is live when the request comes; it keeps that whatever is swapped meanwhile. */
  readonly generation: SupergraphGeneration;
  readonly prepared: PreparedOperation;
  readonly executable: CompiledOperation;
}

/** One execution, for everybody who waits for it, or comes while its answer is kept. */
export interface Executed extends ExecutedFacts, MadeAnswer {
  readonly answer: EdgeAnswer;
  /** Whether a product did not answer, or not in time, or nothing that can be understood. */
  readonly hasFailed: boolean;
}

export interface RunSettings {
  readonly passSubgraphErrors: boolean;
  /** For all subgraph calls of one request together, in milliseconds. */
  readonly timeoutMs: number;
}

/** How the answer of a run is kept. */
export interface KeepingPlan {
  readonly lifetime: AnswerLifetime;
  /** Whether it holds nothing that is meant for its caller rather than for anybody. */
  readonly isForAnybody: boolean;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What a run is told about who waits for it and what becomes of it. */
export interface RunPlan {
  /** Null when the answer is not kept. */
  readonly keeping: KeepingPlan | null;
  /** Whether the client of the request waits for it, so that it ends when the client has gone. */
  readonly isAwaited: boolean;
}

/** Executes and renders. */
export function runRequest(
  { request, principal, generation, executable }: AcceptedRequest,
  headersFor: SubgraphHeaders,
  settings: RunSettings,
  { keeping, isAwaited }: RunPlan,
): Work<Executed> {
  const subgraphs = new Map<string, number>();
  let abort = () => {};
  const execute = async (): Promise<Executed> => {
    const result = await executable.execute({
      variables: request.parameters.variables,
      callSubgraph: generation.callSubgraph,
      loadEntities: generation.loadEntities,
      memory: generation.memory,
      noteLifetime:
        keeping === null ? undefined : (one) => keeping.lifetime.note(one, keeping.now()),
      headersFor(subgraph) {
        subgraphs.set(subgraph, (subgraphs.get(subgraph) ?? 0) + 1);
        return headersFor(subgraph, principal, request);
      },
      timeoutMs: settings.timeoutMs,
      onStart(giveUp) {
        abort = giveUp;
        if (isAwaited && request.client.gone) giveUp();
      },
    });
    const facts = { requestId: request.requestId, problems: result.problems, subgraphs };
    const hasFailed = result.problems.some(({ code }) => FAILURES.has(code));
    const kept = keeping !== null && isKeepable(result) ? keeping.lifetime.keeping : null;
    if (keeping === null || kept === null) {
      return { ...facts, answer: renderOnce(result, settings), keeping: null, bytes: 0, hasFailed };
    }
    return { ...facts, ...renderKept(result, settings, kept, keeping), hasFailed };
  };
  return { value: execute(), abort: () => abort() };
}

const FAILURES: ReadonlySet<string> = new Set([
  'SUBGRAPH_UNREACHABLE',
  'SUBGRAPH_TIMEOUT',
  'SUBGRAPH_RESPONSE_INVALID',
  'SUBGRAPH_RESPONSE_TOO_LARGE',
]);

/** What was taken out for lack of rights belongs to the authorization shape, as every key does. */
function isKeepable({ data, problems }: ExecutionResult): boolean {
  const areRefusals = problems.every(({ code }) => code === 'UNAUTHORIZED_FIELD_OR_TYPE');
  return data !== undefined && data !== null && areRefusals;
}

function renderKept(
  result: ExecutionResult,
  settings: RunSettings,
  keeping: Keeping,
  { isForAnybody, now }: KeepingPlan,
): Pick<Executed, 'answer' | 'keeping' | 'bytes'> {
  const lifetimeSeconds = (keeping.freshUntilMs - now()) / 1000;
  const isPublic = keeping.isShared && isForAnybody;
  const answer = renderCacheable(renderOnce(result, settings), lifetimeSeconds, isPublic);
  const { body } = answer;
  if (body.length <= ENCODED_CHARACTERS || typeof body !== 'string') {
    return { answer, keeping, bytes: 2 * body.length };
  }
  const bytes = Buffer.from(body);
  return { answer: { ...answer, body: bytes }, keeping, bytes: bytes.length };
}

/** What was rendered before: an answer that is repeated is the same value. */
const rendered = new WeakMap<ExecutionResult, EdgeAnswer>();

/** Longer bodies are encoded once; shorter ones go out in one piece with their headers. */
const ENCODED_CHARACTERS = 4096;

function renderOnce(result: ExecutionResult, settings: RunSettings): EdgeAnswer {
  let answer = rendered.get(result);
  if (answer === undefined) {
    answer = renderAnswer(result.data, result.problems, settings);
    rendered.set(result, answer);
  } else if (typeof answer.body === 'string' && answer.body.length > ENCODED_CHARACTERS) {
    answer = { ...answer, body: Buffer.from(answer.body) };
    rendered.set(result, answer);
  }
  return answer;
}
