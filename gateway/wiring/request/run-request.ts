import type { AnswerLifetime } from '../../cache/answer-lifetime.ts';
import type { MadeAnswer } from '../../cache/cache-query.ts';
import { type AskedEntities, collectCacheTags, toTagName } from '../../cache/collect-cache-tags.ts';
import type { RequestParts } from '../../cache/parts/request-parts.ts';
import type { Work } from '../../cache/single-flight.ts';
import type { CallNotes } from '../../execution/calls/call-notes.ts';
import { isFailure } from '../../execution/calls/is-failure.ts';
import type { CompiledOperation } from '../../execution/execute-operation.ts';
import type { ExecutionResult, Shown } from '../../execution/execution-result.ts';
import type { EdgeAnswer, EdgeRequest } from '../../http/edge-types.ts';
import type { Principal } from '../../identity/principal.ts';
import type { SubgraphHeaders } from '../../identity/trust/create-subgraph-headers.ts';
import type { PreparedOperation } from '../../operation/prepare-operation.ts';
import type { ErrorDisclosure } from '../../response/format-problem.ts';
import { renderAnswer } from '../../response/render-answer.ts';
import {
  type KeptBody,
  renderCacheable,
  renderSurrogateKeys,
  toKeptBody,
} from '../../response/render-caching.ts';
import type { SupergraphGeneration } from '../supergraph/build-generation.ts';
import { countCalls, type MadeCall } from './count-calls.ts';
import type { CallerRights } from './create-rights-of.ts';
import type { CacheExplanation } from './explain-cache.ts';
import type { ExecutedFacts } from './observe-requests.ts';

/** A request that may be run. */
export interface AcceptedRequest {
  readonly request: EdgeRequest;
  readonly principal: Principal;
  readonly rights: CallerRights;
  /** What is live when the request comes; it keeps that whatever is swapped meanwhile. */
  readonly generation: SupergraphGeneration;
  readonly prepared: PreparedOperation;
  readonly executable: CompiledOperation;
  /** What the answer says of refusals and masks, as JSON; undefined where nobody has asked for it. */
  readonly access: string | undefined;
  /** What says how the answer came about; null where nobody has asked for it. */
  readonly explained: CacheExplanation | null;
}

/** One execution, for everybody who waits for it, or comes while its answer is kept. */
export interface Executed extends ExecutedFacts, MadeAnswer {
  readonly answer: EdgeAnswer;
  /** What the ledger counts of it. */
  readonly shown: Shown;
  /** False where nothing was run. */
  readonly hasData: boolean;
  /** Whether a product did not answer, or not in time, or nothing that can be understood. */
  readonly hasFailed: boolean;
}

export interface RunSettings extends ErrorDisclosure {
  /** For all subgraph calls of one request together, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether answers that may be kept name what is in them. */
  readonly surrogateKeys: boolean;
}

/** How the answer of a run is kept. */
export interface KeepingPlan {
  readonly lifetime: AnswerLifetime;
  /** Whether what these products gave holds nothing that is meant for its caller rather than for anybody. */
  readonly isForAnybody: (products: Iterable<string>) => boolean;
  /** Whether it is noted what is in the answer, so that it can be kept and forgotten here. */
  readonly isForOthers: boolean;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What a run is told about who waits for it and what becomes of it. */
export interface RunPlan {
  /** Null when the answer is not kept. */
  readonly keeping: KeepingPlan | null;
  /** Whether the client of the request waits for it, so that it ends when the client has gone. */
  readonly isAwaited: boolean;
  /** What it may take instead of asking; null asks for everything. */
  readonly parts: RequestParts | null;
  /** What is told of its calls; undefined where nobody wants to know. */
  readonly notes: CallNotes | undefined;
}

/** Executes and renders. */
export function runRequest(
  accepted: AcceptedRequest,
  headersFor: SubgraphHeaders,
  settings: RunSettings,
  { keeping, isAwaited, parts, notes }: RunPlan,
): Work<Executed> {
  const { request, principal, rights, generation, executable } = accepted;
  const subgraphs = new Set<string>();
  const calls: MadeCall[] = [];
  const asked: AskedEntities[] = [];
  const notesContent = keeping !== null && (keeping.isForOthers || settings.surrogateKeys);
  let keptMoments: Map<string, number> | null = null;
  let abort = () => {};
  const execute = async (): Promise<Executed> => {
    const result = await executable.execute({
      variables: request.parameters.variables,
      callSubgraph: generation.callSubgraph,
      loadEntities: generation.loadEntities,
      memory: generation.memory,
      noteLifetime:
        keeping === null
          ? undefined
          : (one, cameAtMs = keeping.now()) => keeping.lifetime.note(one, cameAtMs),
      parts: parts ?? undefined,
      notes,
      noteKept(subgraph, moment) {
        if (moment !== 0) keptMoments = noteMoment(keptMoments, subgraph, moment);
        subgraphs.add(subgraph);
      },
      noteEntities: notesContent
        ? (product, representations) => asked.push({ product, representations })
        : undefined,
      noteCall(product, representation) {
        subgraphs.add(product);
        if (notesContent) calls.push({ product, representation });
      },
      headersFor: (subgraph) =>
        headersFor(subgraph, principal, request, rights.grants?.ofProduct(subgraph)),
      timeoutMs: settings.timeoutMs,
      onStart(giveUp) {
        abort = giveUp;
        if (isAwaited && request.client.gone) giveUp();
      },
    });
    const run = { requestId: request.requestId, result, subgraphs, calls, asked, keptMoments };
    return toExecuted(run, accepted, settings, keeping);
  };
  return { value: execute(), abort: () => abort() };
}

/** The first of them counts. */
function noteMoment(
  known: Map<string, number> | null,
  product: string,
  moment: number,
): Map<string, number> {
  const moments = known ?? new Map<string, number>();
  return moments.set(product, Math.min(moment, moments.get(product) ?? moment));
}

/** What is left when a run has ended. */
interface EndedRun {
  readonly requestId: string;
  readonly result: ExecutionResult;
  readonly subgraphs: ReadonlySet<string>;
  readonly calls: readonly MadeCall[];
  readonly asked: readonly AskedEntities[];
  readonly keptMoments: ReadonlyMap<string, number> | null;
}

function toExecuted(
  { requestId, result, subgraphs, calls, asked, keptMoments }: EndedRun,
  accepted: AcceptedRequest,
  settings: RunSettings,
  plan: KeepingPlan | null,
): Executed {
  const { prepared, request } = accepted;
  const { problems, shown = NOTHING_SHOWN } = result;
  const hasFailed = problems.some(({ code }) => isFailure(code));
  const hasData = result.dataText !== undefined;
  const rendered = renderOnce(result, accepted, settings);
  const keeping = plan !== null && isKeepable(result) ? plan.lifetime.keeping : null;
  const facts = { requestId, problems, subgraphs, shown, hasData, hasFailed };
  const unkept = { ...facts, calls: NO_CALLS, bytes: 0, tags: NO_TAGS };
  if (plan === null || keeping === null) return { ...unkept, answer: rendered, keeping: null };
  const isPublic = keeping.isShared && plan.isForAnybody(subgraphs.keys());
  const answer = renderKept(rendered, result, (keeping.freshUntilMs - plan.now()) / 1000, isPublic);
  if (!plan.isForOthers && !settings.surrogateKeys) {
    return { ...unkept, answer, keeping, isUnnoted: true };
  }
  const tags = collectCacheTags(prepared, request.parameters.variables, asked);
  const askedBytes = estimateAsked(asked);
  return {
    ...facts,
    calls: countCalls(calls, prepared.snapshot.schema),
    keptMoments,
    answer: settings.surrogateKeys
      ? renderSurrogateKeys(answer, subgraphs, [...tags].map(toTagName))
      : answer,
    keeping,
    bytes:
      (typeof answer.body === 'string' ? 2 : 1) * answer.body.length +
      PROBLEM_BYTES * problems.length +
      estimateBytes(shown) +
      (askedBytes ?? 0),
    tags,
    asked: askedBytes === null ? undefined : asked,
  };
}

const NOTHING_SHOWN: Shown = { values: {}, entities: {} };
const NO_TAGS: ReadonlySet<string> = new Set();
const NO_CALLS: Executed['calls'] = [];

/** What a refused path takes, roughly. */
const PROBLEM_BYTES = 300;

/** The same for the counts of one element, and for a key. */
const COUNT_BYTES = 200;
const KEY_BYTES = 50;

function estimateBytes({ entities }: Shown): number {
  return Object.values(entities).reduce(
    (sum, { keys = [] }) => sum + COUNT_BYTES + KEY_BYTES * keys.length,
    0,
  );
}

/** More entities are not noted: then nobody knows which an answer holds. */
const MOST_ASKED = 100;
const LONGEST_ASKED = 8192;

/** What a representation takes besides its text, roughly. */
const ASKED_BYTES = 32;

/** What it takes to know for which entities products were asked; null where that is too much. */
function estimateAsked(asked: readonly AskedEntities[]): number | null {
  let count = 0;
  let characters = 0;
  for (const { representations } of asked) {
    count += representations.length;
    if (count > MOST_ASKED) return null;
    for (const text of representations) characters += text.length;
  }
  return characters > LONGEST_ASKED ? null : ASKED_BYTES * count + characters;
}

/** What was taken out for lack of rights belongs to the authorization shape, as every key does. */
function isKeepable({ dataText, problems }: ExecutionResult): boolean {
  const areRefusals = problems.every(({ code }) => code === 'UNAUTHORIZED_FIELD_OR_TYPE');
  return dataText !== undefined && dataText !== 'null' && areRefusals;
}

function renderKept(
  rendered: EdgeAnswer,
  result: ExecutionResult,
  lifetimeSeconds: number,
  isPublic: boolean,
): EdgeAnswer {
  let kept = keptBefore.get(result);
  if (kept === undefined) {
    kept = toKeptBody(rendered.body);
    keptBefore.set(result, kept);
  }
  return renderCacheable(rendered, kept, lifetimeSeconds, isPublic);
}

/** What was rendered before: an answer that is repeated is the same value. */
const renderedBefore = new WeakMap<ExecutionResult, EdgeAnswer>();
const keptBefore = new WeakMap<ExecutionResult, KeptBody>();

/** Longer bodies are encoded once they are repeated. */
const ENCODED_CHARACTERS = 4096;

function renderOnce(
  result: ExecutionResult,
  { prepared, access }: AcceptedRequest,
  settings: RunSettings,
): EdgeAnswer {
  const { hidesValues } = prepared;
  // Who asked for more gets it alone.
  if (access !== undefined) {
    return renderAnswer(result.dataText, result.problems, { ...settings, hidesValues, access });
  }
  let answer = renderedBefore.get(result);
  if (answer === undefined) {
    answer = renderAnswer(result.dataText, result.problems, { ...settings, hidesValues });
    renderedBefore.set(result, answer);
  } else if (typeof answer.body === 'string' && answer.body.length > ENCODED_CHARACTERS) {
    answer = { ...answer, body: Buffer.from(answer.body) };
    renderedBefore.set(result, answer);
  }
  return answer;
}
