import type { Problem } from '../../../shared/errors/problem.ts';
import type { Keeping } from '../../cache/answer-lifetime.ts';
import type { KeptAnswer } from '../../cache/answer-store.ts';
import { isCacheable } from '../../cache/cached-operation.ts';
import type { NotKept } from '../../cache/parts/not-kept.ts';
import type { RequestParts } from '../../cache/parts/request-parts.ts';
import type { RequestWish } from '../../cache/read-request-wish.ts';
import type { GatewayConfig } from '../../config/config-schema.ts';
import { CallNotes } from '../../execution/calls/call-notes.ts';
import type { EdgeAnswer, GraphqlParameters } from '../../http/edge-types.ts';
import type { Principal } from '../../identity/principal.ts';
import type { PreparedOperation } from '../../operation/prepare-operation.ts';
import type { ErrorDisclosure } from '../../response/format-problem.ts';
import { renderExtension } from '../../response/render-answer.ts';
import type { KeptState, MadeState } from './cache-state.ts';

/** An answer, as far as that has to be known here. */
interface ExplainedAnswer {
  readonly keeping: Keeping | null;
  readonly problems: readonly Problem[];
}

/**
 * Says what the caches did for a request, where it asks for that by `extensions: { "cache": true }`
 * and the caller may know; null where nothing is said.
 */
export type ExplainCache = (
  parameters: Pick<GraphqlParameters, 'extensions'>,
  principal: Principal,
  prepared: PreparedOperation,
  access: string | undefined,
) => CacheExplanation | null;

/**
 * Creates an `ExplainCache`. Requests that do not ask cost one comparison.
 *
 * @param now Epoch milliseconds.
 */
export function createExplainCache(
  { EXPLAIN_CACHE: to, RESPONSE_CACHE_BYTES }: GatewayConfig,
  disclosure: ErrorDisclosure & { readonly unstatedIsShared: boolean },
  now: () => number,
): ExplainCache {
  const settings = {
    disclosure,
    unstatedIsShared: disclosure.unstatedIsShared,
    keepsAnswers: RESPONSE_CACHE_BYTES > 0,
    now,
  };
  return ({ extensions }, principal, prepared, access) => {
    if (extensions?.cache !== true || to === 'off') return null;
    if (to === 'authenticated' && !principal.authenticated) return null;
    return new CacheExplanation(settings, principal, prepared, access);
  };
}

interface ExplanationSettings {
  readonly disclosure: ErrorDisclosure;
  readonly unstatedIsShared: boolean;
  readonly keepsAnswers: boolean;
  readonly now: () => number;
}

/** Why a whole answer is not kept. */
type AnswerNotKept =
  | NotKept
  /** Something in it is stale. */
  | 'STALE_PART'
  /** It says what protects fields of one caller. */
  | 'EXPLAINS_ACCESS'
  /** It has fields of the schema in it. */
  | 'SCHEMA_FIELDS'
  /** It was only compared with the one that is kept. */
  | 'SHADOW'
  /** No product was asked. */
  | 'NO_CALLS'
  /** It was made for another request, which did not ask why. */
  | 'MADE_FOR_ANOTHER';

/** What the caches did for one request, as it is found out. */
export class CacheExplanation {
  readonly #settings: ExplanationSettings;
  readonly #principal: Principal;
  readonly #prepared: PreparedOperation;
  readonly #access: string | undefined;
  #notes: CallNotes | null = null;

  constructor(
    settings: ExplanationSettings,
    principal: Principal,
    prepared: PreparedOperation,
    access: string | undefined,
  ) {
    this.#settings = settings;
    this.#principal = principal;
    this.#prepared = prepared;
    this.#access = access;
  }

  /** Begins to note the calls of a run that is made for this request. */
  begin(parts: RequestParts | null, wish: RequestWish): CallNotes {
    const { unstatedIsShared, now } = this.#settings;
    const queryType = this.#prepared.snapshot.schema.getQueryType()?.name ?? 'Query';
    const nothingKept = parts === null ? (this.#whyNothing(wish) ?? 'CACHE_OFF') : null;
    this.#notes = new CallNotes({ queryType, unstatedIsShared, nothingKept, now });
    return this.#notes;
  }

  /** @param nowMs Epoch milliseconds. */
  tellKept(
    answer: EdgeAnswer,
    kept: KeptAnswer<ExplainedAnswer>,
    state: KeptState,
    nowMs: number,
  ): EdgeAnswer {
    const ageSeconds = Math.max(0, Math.floor((nowMs - kept.keptAtMs) / 1000));
    const times = { ageSeconds, ...toFacts(kept, nowMs), notKept: null };
    return this.#tell(answer, kept.value, { state, ...times });
  }

  tellMade(
    answer: EdgeAnswer,
    executed: ExplainedAnswer,
    state: MadeState,
    wish: RequestWish,
  ): EdgeAnswer {
    const { keeping } = executed;
    const notKept = state === 'bypass' ? this.#whyBypass(wish) : this.#whyNot(executed);
    const facts =
      keeping === null || notKept !== null
        ? { secondsLeft: null, scope: null }
        : toFacts(keeping, this.#settings.now());
    return this.#tell(answer, executed, { state, ageSeconds: null, ...facts, notKept });
  }

  #tell(answer: EdgeAnswer, { problems }: ExplainedAnswer, facts: object): EdgeAnswer {
    const json = JSON.stringify({ answer: facts, calls: this.#notes?.calls ?? null });
    const disclosure = { ...this.#settings.disclosure, access: this.#access };
    const told = renderExtension(answer, problems, disclosure, { name: 'cache', json });
    return { ...answer, ...told };
  }

  #whyNothing({ mayKeep }: RequestWish): NotKept | null {
    if (this.#prepared.parsed.kind !== 'query') return 'MUTATION';
    return mayKeep ? null : 'CLIENT_NO_STORE';
  }

  #whyBypass(wish: RequestWish): AnswerNotKept {
    const nothing = this.#whyNothing(wish);
    if (nothing !== null) return nothing;
    if (!this.#settings.keepsAnswers) return 'CACHE_OFF';
    if (this.#access !== undefined) return 'EXPLAINS_ACCESS';
    if (this.#prepared.plan === null) return 'NO_CALLS';
    return isCacheable(this.#prepared) ? 'SHADOW' : 'SCHEMA_FIELDS';
  }

  /** A product's word counts before what follows from it. */
  #whyNot({ keeping, problems }: ExplainedAnswer): AnswerNotKept | null {
    const isKnown = this.#principal.authenticated;
    if (keeping !== null) return keeping.isShared || isKnown ? null : 'CALLER_UNKNOWN';
    if (problems.some(({ code }) => code !== 'UNAUTHORIZED_FIELD_OR_TYPE')) return 'ERRORS';
    if (this.#notes === null) return 'MADE_FOR_ANOTHER';
    const { calls } = this.#notes;
    if (calls.some(({ stale, staleIfError }) => stale + staleIfError > 0)) return 'STALE_PART';
    const reasons = calls.map(({ notKept }) => notKept);
    const why = PRODUCT_REASONS.find((reason) => reasons.includes(reason));
    return why ?? (calls.length === 0 ? 'NO_CALLS' : 'NO_LIFETIME');
  }
}

const PRODUCT_REASONS: readonly NotKept[] = ['ERRORS', 'NO_STORE', 'NO_LIFETIME'];

function toFacts({ freshUntilMs, isShared }: Keeping, nowMs: number) {
  const scope = isShared ? 'shared' : 'own';
  return { secondsLeft: Math.floor((freshUntilMs - nowMs) / 1000), scope };
}
