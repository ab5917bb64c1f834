/**
 * Repetition: an answer that has not changed is not put together again.
 *
 * The answer of a query is a function of the operation, of the variables, and of what the subgraphs
 * say. Of a query that comes again and again, one run is remembered: what was asked, byte for byte
 * what was answered, and what was made of it. The next request asks all that again, with its own
 * headers, so it is as fresh and as authorized as any other. As long as the same bytes come back, the
 * data from which the next questions would be made is the same, so the questions are the same too,
 * and nothing has to be parsed, merged or written to know them. When the last answer is the same,
 * so is the whole.
 *
 * The first difference ends the repetition. The request is then executed in the ordinary way, and takes
 * the answers that are there already instead of asking twice: a difference costs a comparison and no
 * call. What is compared are the whole bodies; of a load that went out together with others, whose
 * bodies depend on who came along, the entities of this request. No answer reaches a client because it
 * was remembered, only because the subgraphs have just said what it says; so the memory needs no
 * lifetime, no invalidation and no rights in its key, and is shared by all callers.
 *
 * @module
 */

import type { RootedLoad } from '../calls/execution-doors.ts';
import type { RequestCalls } from '../calls/request-calls.ts';
import type { Fetch, PlanRun } from '../execution-run.ts';
import type { JsonObject } from '../json.ts';
import type { LoadedEntities, RememberedCall, RememberedRun } from './remembered-run.ts';

/** One request that asks what another one has asked before. */
export class RepeatedRun<Result> implements PlanRun {
  readonly variables: Readonly<JsonObject>;
  readonly #remembered: RememberedRun<Result>;
  readonly #calls: RequestCalls;
  #differs = false;

  constructor(
    remembered: RememberedRun<Result>,
    variables: Readonly<JsonObject>,
    calls: RequestCalls,
  ) {
    this.#remembered = remembered;
    this.variables = variables;
    this.#calls = calls;
  }

  /** Whether a subgraph has answered something else, or not at all. */
  get isOver(): boolean {
    return this.#differs;
  }

  fetch(fetch: Fetch): Promise<unknown> | undefined {
    const calls = this.#remembered.callsOf(fetch);
    const [only] = calls;
    if (only === undefined) return undefined;
    return calls.length === 1
      ? this.#repeat(only)
      : Promise.all(calls.map((call) => this.#repeat(call)));
  }

  async #repeat(remembered: RememberedCall): Promise<void> {
    const isSame =
      remembered.kind === 'root'
        ? (await this.#calls.callAhead(remembered.call)) === remembered.answer
        : await this.#loadsSame(remembered.load, remembered.answer);
    if (!isSame) this.#differs = true;
  }

  async #loadsSame(load: RootedLoad, known: LoadedEntities): Promise<boolean> {
    const answer = await this.#calls.loadAhead(load);
    return answer.ok && answer.errors.length === 0 && known.equal(answer.entities);
  }
}
