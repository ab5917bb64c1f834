/**
 * The end of the request path: an operation that may be run gets its answer from the cache, from
 * an execution, or from one that is under way.
 *
 * @module
 */

import type { AnswerCache } from '../../cache/answer-cache.ts';
import { AnswerLifetime } from '../../cache/answer-lifetime.ts';
import type { KeptAnswer } from '../../cache/answer-store.ts';
import type { CacheQuery, Shadowed, Taken } from '../../cache/cache-query.ts';
import type { CachedOperation } from '../../cache/cached-operation.ts';
import { toOnlySeat } from '../../cache/join-flight.ts';
import type { PartCache } from '../../cache/parts/part-cache.ts';
import type { RequestParts } from '../../cache/parts/request-parts.ts';
import { type RequestWish, readRequestWish } from '../../cache/read-request-wish.ts';
import type { ShareQueries } from '../../cache/share-queries.ts';
import type { Work } from '../../cache/single-flight.ts';
import type { EdgeAnswer } from '../../http/edge-types.ts';
import type {
  DescribeTold,
  SubgraphHeaders,
} from '../../identity/trust/create-subgraph-headers.ts';
import type { PreparedOperation } from '../../operation/prepare-operation.ts';
import { renderKeptStatus, renderMadeStatus } from '../../response/render-cache-status.ts';
import type { LiveSupergraph } from '../../supergraph/live-supergraph.ts';
import type { SupergraphGeneration } from '../supergraph/build-generation.ts';
import type { KeptState, MadeState } from './cache-state.ts';
import { findDecidedUntil } from './find-decided-until.ts';
import type { RequestObserver } from './observe-requests.ts';
import {
  type AcceptedRequest,
  type Executed,
  type KeepingPlan,
  type RunSettings,
  runRequest,
} from './run-request.ts';
import { ToldOfCaller } from './told-of-caller.ts';
import { untilGrantsEnd } from './until-grants-end.ts';

export interface AcceptedStages {
  /** Null keeps nothing. */
  readonly cache: AnswerCache<Executed> | null;
  /** Null keeps no parts. */
  readonly parts: PartCache | null;
  /** Told of each product that a mutation has asked, before its client has the answer. */
  readonly onMutation: (product: string) => void;
  readonly share: ShareQueries<Executed>;
  readonly headersFor: SubgraphHeaders;
  /** Says what a product is told of a caller, for the keys of the cache. */
  readonly describeTold: DescribeTold;
  readonly live: LiveSupergraph<SupergraphGeneration>;
  readonly observer: RequestObserver;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** At least 0 and below 1. */
  readonly random: () => number;
}

export interface AcceptedSettings extends RunSettings {
  /** Whether a product that says neither public nor private cannot mean the caller. */
  readonly unstatedIsShared: boolean;
  /** Whether a request without credentials is refused, so that no answer is for anybody. */
  readonly requiresAuthentication: boolean;
  /** Whether calls ask for what the caller may not read: in a dry run. */
  readonly asksForRefused: boolean;
  /** Whether answers say how they came about. */
  readonly cacheStatus: boolean;
  /** Of how many requests in a hundred the answer is only compared with what is kept. */
  readonly shadowPercent: number;
}

const BYPASS = { state: 'bypass' } as const;

/** The answer to one request, and the run that it is of, maybe an earlier one. */
export interface AcceptedAnswer {
  readonly answer: EdgeAnswer;
  readonly executed: Executed;
}

/** Gets the answer of an operation that may be run; at once where it is kept. */
export function answerAccepted(
  accepted: AcceptedRequest,
  stages: AcceptedStages,
  settings: AcceptedSettings,
): AcceptedAnswer | Promise<AcceptedAnswer> {
  const attempt = new Attempt(accepted, stages, settings);
  // What explains access to one caller is kept for nobody.
  const cache = accepted.access === undefined ? stages.cache : null;
  const { shadowPercent } = settings;
  if (shadowPercent > 0 && 100 * stages.random() < shadowPercent && attempt.beginsShadow()) {
    const shadowed = cache?.shadow(attempt) ?? null;
    return shadowed === null
      ? awaitAnswer(attempt, BYPASS, accepted)
      : attempt.giveShadowed(shadowed);
  }
  const taken: Taken<Executed> = cache === null ? BYPASS : cache.take(attempt);
  if ('kept' in taken) return attempt.give(taken.kept, taken.state, taken.operation);
  return awaitAnswer(attempt, taken, accepted);
}

async function awaitAnswer(
  attempt: Attempt,
  taken: Exclude<Taken<Executed>, { readonly kept: unknown }>,
  accepted: AcceptedRequest,
): Promise<AcceptedAnswer> {
  const operation = taken.state === 'miss' ? taken.operation : null;
  const seat = taken.state === 'miss' ? taken.seat : attempt.bypass();
  accepted.request.client.onGone = seat.leave;
  const executed = await seat.value;
  const kept = taken.state === 'miss' && executed.hasFailed ? taken.fallback() : null;
  if (kept !== null) return attempt.give(kept, 'stale_if_error', operation);
  const { keptAtMs, keeping } = executed;
  if (keptAtMs === undefined || keeping === null) {
    return attempt.giveMade(executed, taken.state, operation);
  }
  return attempt.give({ ...keeping, keptAtMs, value: executed }, 'shared_hit', operation);
}

/** One request's wish for an answer, as the cache sees it. */
class Attempt implements CacheQuery<Executed> {
  readonly wish: RequestWish;
  readonly #accepted: AcceptedRequest;
  readonly #stages: AcceptedStages;
  readonly #settings: AcceptedSettings;
  readonly #told: ToldOfCaller;
  #isShadowed = false;

  constructor(accepted: AcceptedRequest, stages: AcceptedStages, settings: AcceptedSettings) {
    this.wish = readRequestWish(accepted.request.header('cache-control'));
    this.#accepted = accepted;
    this.#stages = stages;
    this.#settings = settings;
    this.#told = new ToldOfCaller(stages.describeTold, accepted);
  }

  /** An answer that was kept. */
  give(kept: KeptAnswer<Executed>, state: KeptState, of: CachedOperation | null): AcceptedAnswer {
    const { observer, now } = this.#stages;
    const { value, keptAtMs, freshUntilMs } = kept;
    const nowMs = now();
    const ageSeconds = Math.max(0, Math.floor((nowMs - keptAtMs) / 1000));
    observer.cache.looked(state, of, ageSeconds);
    const facts = observer.answeredFromCache(state, this.operation, value);
    const { status, jsonStatus, body, bodyDigest, headers } = value.answer;
    const aged = untilGrantsEnd(
      { status, jsonStatus, body, bodyDigest, headers, ageSeconds, facts },
      this.#accepted.rights.grants,
      nowMs,
    );
    const answer = this.#settings.cacheStatus
      ? renderKeptStatus(aged, (freshUntilMs - nowMs) / 1000, state)
      : aged;
    const { explained } = this.#accepted;
    if (explained === null) return { answer, executed: value };
    const told = explained.tellKept(answer, kept, state, nowMs);
    return { answer: told, executed: value };
  }

  /** An answer that was made for this request, or for one that it has waited for. */
  giveMade(executed: Executed, state: MadeState, of: CachedOperation | null): AcceptedAnswer {
    const { observer, now } = this.#stages;
    const { request, prepared } = this.#accepted;
    observer.cache.looked(state, of);
    const facts = observer.executed(request.requestId, prepared, executed);
    const { status, jsonStatus, body, bodyDigest, headers } = executed.answer;
    const made = untilGrantsEnd(
      { status, jsonStatus, body, bodyDigest, headers, facts },
      this.#accepted.rights.grants,
      executed.keeping === null ? null : now(),
    );
    const answer = this.#settings.cacheStatus
      ? renderMadeStatus(made, state, executed.keeping !== null)
      : made;
    const { explained } = this.#accepted;
    if (explained === null) return { answer, executed };
    return { answer: explained.tellMade(answer, executed, state, this.wish), executed };
  }

  /** Whether its answer is made from what the products say now, and nothing else, from here on. */
  beginsShadow(): boolean {
    this.#isShadowed = this.wish.takesKept && this.operation.parsed.kind === 'query';
    return this.#isShadowed;
  }

  /** An answer that was made so, once it was compared with what would have been given. */
  async giveShadowed({ seat, wouldGive }: Shadowed<Executed>): Promise<AcceptedAnswer> {
    const { request, prepared } = this.#accepted;
    request.client.onGone = seat.leave;
    const executed = await seat.value;
    this.#stages.observer.cache.compared(prepared, executed, wouldGive()?.value ?? null);
    return this.giveMade(executed, 'bypass', null);
  }

  get isExplained(): boolean {
    return this.#accepted.explained !== null;
  }

  get operation(): PreparedOperation {
    return this.#accepted.prepared;
  }

  get variables(): Readonly<Record<string, unknown>> | null {
    return this.#accepted.request.parameters.variables;
  }

  get caller(): string | null {
    const { principal } = this.#accepted;
    return principal.authenticated ? principal.fingerprint : null;
  }

  told(products: readonly string[]): string {
    return this.#told.of(products);
  }

  /** Runs without the cache; whatever the products of a mutation gave before is forgotten then. */
  bypass() {
    return this.#share(() => {
      const work = this.#run(null, true);
      return this.operation.parsed.kind === 'mutation' ? this.#forgetting(work) : work;
    });
  }

  make(isForOthers: boolean): Work<Executed> {
    const seat = this.#share(() => this.#run({ isForOthers }, true));
    return { value: seat.value, abort: seat.leave };
  }

  remake(begin: (make: () => Work<Executed>) => Work<Executed>): Work<Executed> | null {
    const { live } = this.#stages;
    const tenure = live.enter();
    if (tenure.generation !== this.#accepted.generation) {
      live.leave(tenure);
      return null;
    }
    const work = begin(() => this.#run({ isForOthers: true }, false));
    const leave = () => live.leave(tenure);
    work.value.then(leave, leave);
    return work;
  }

  #share(start: () => Work<Executed>) {
    // What others have begun may be made of what is kept.
    if (this.#isShadowed) return toOnlySeat(start());
    const { request, principal, rights, prepared } = this.#accepted;
    const granted = rights.grants?.fingerprint ?? null;
    return this.#stages.share(request, principal, granted, prepared, start);
  }

  /** @param kept Null for an answer that nobody may keep. */
  #run(kept: Pick<KeepingPlan, 'isForOthers'> | null, isAwaited: boolean): Work<Executed> {
    const { headersFor, now } = this.#stages;
    const { unstatedIsShared } = this.#settings;
    const keeping =
      kept !== null
        ? {
            ...kept,
            lifetime: new AnswerLifetime(unstatedIsShared, findDecidedUntil(this.#accepted)),
            isForAnybody: (products: Iterable<string>) => this.#isForAnybody(products),
            now,
          }
        : null;
    const parts = this.#partsFor(isAwaited);
    const notes = isAwaited ? this.#accepted.explained?.begin(parts, this.wish) : undefined;
    const plan = { keeping, isAwaited, parts, notes };
    return runRequest(this.#accepted, headersFor, this.#settings, plan);
  }

  /** @param takesStale Whether the answer is for somebody who waits for it. */
  #partsFor(takesStale: boolean): RequestParts | null {
    const { parts } = this.#stages;
    if (parts === null || this.operation.parsed.kind !== 'query' || !this.wish.mayKeep) return null;
    const { snapshot, shape, parsed } = this.operation;
    const takesKept = this.wish.takesKept && !this.#isShadowed;
    // Where what is refused is asked for all the same, a product may have its own mind about it.
    const refused = this.#settings.asksForRefused ? shape : '';
    const told = (product: string) => this.#told.ofOne(product, refused);
    const { requestId } = this.#accepted.request;
    const shadowed = this.#isShadowed ? { requestId, operation: parsed.name } : null;
    const partRights = { told, caller: this.caller, takesKept, takesStale };
    return parts.ofRequest(partRights, snapshot, shadowed);
  }

  #isForAnybody(products: Iterable<string>): boolean {
    if (this.#settings.requiresAuthentication || this.operation.shape !== '') return false;
    return this.#told.of([...products]) === '';
  }

  #forgetting(work: Work<Executed>): Work<Executed> {
    const value = work.value.then((executed) => {
      for (const product of executed.subgraphs) this.#stages.onMutation(product);
      return executed;
    });
    return { value, abort: work.abort };
  }
}
