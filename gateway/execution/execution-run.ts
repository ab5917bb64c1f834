import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import type { EntityAnswer, EntityLoad, RunningLoad } from './entity-loads.ts';
import { givenUp } from './given-up.ts';
import type { JsonObject } from './json.ts';
import type { CallSubgraph, FailedAnswer, GivingUp, SubgraphAnswer } from './subgraph-answer.ts';

/** What one execution is given besides the operation. */
export interface ExecutionDoors {
  readonly callSubgraph: CallSubgraph;
  /** Merges the entity loads of requests that run at the same time. */
  readonly loadEntities: (load: EntityLoad) => RunningLoad;
  /** Headers for one subgraph: the caller's token for it, the request id, what is forwarded. */
  readonly headersFor: (subgraph: string) => Readonly<Record<string, string>>;
}

/** Anything under way that can be given up. */
interface Running<Answer> {
  readonly answer: Promise<Answer>;
  abort(why: GivingUp): void;
}

/** One subgraph call, before the headers are known. */
type LoadWithoutHeaders = Omit<EntityLoad, 'headers'>;

/**
 * The state of one request while its plan runs: the data that grows, the
 * problems that were met, and the calls that are under way.
 */
export class ExecutionRun {
  readonly data: JsonObject = {};
  readonly problems: Problem[] = [];
  /** Coerced, with defaults. */
  readonly variables: Readonly<JsonObject>;
  /** How often an object of the answer made way for a merged one; see `mergeResult`. */
  replacements = 0;
  readonly #doors: ExecutionDoors;
  readonly #calls = new Set<Running<unknown>>();
  readonly #entities = new Map<string, Map<string, unknown>>();
  #givenUp: GivingUp | null = null;

  constructor(variables: Readonly<JsonObject>, doors: ExecutionDoors) {
    this.variables = variables;
    this.#doors = doors;
  }

  /** Why nothing more is asked; null as long as the answer is wanted and in time. */
  get givenUp(): GivingUp | null {
    return this.#givenUp;
  }

  call(subgraph: string, body: string, path: readonly string[]): Promise<SubgraphAnswer> {
    return this.#await(subgraph, (headers) =>
      this.#doors.callSubgraph({ subgraph, body, headers, path }),
    );
  }

  load(load: LoadWithoutHeaders): Promise<EntityAnswer> {
    return this.#await(load.subgraph, (headers) => this.#doors.loadEntities({ ...load, headers }));
  }

  /** Entities loaded before in this request by one operation, by representation; never written into. */
  remembered(operation: string): Map<string, unknown> {
    let entities = this.#entities.get(operation);
    if (entities === undefined) {
      entities = new Map();
      this.#entities.set(operation, entities);
    }
    return entities;
  }

  async #await<Answer>(
    subgraph: string,
    start: (headers: Readonly<Record<string, string>>) => Running<Answer>,
  ): Promise<Answer | FailedAnswer> {
    if (this.#givenUp !== null) return givenUp(subgraph);
    let running: Running<Answer>;
    try {
      running = start(this.#doors.headersFor(subgraph));
    } catch (error) {
      // The caller's own token may expire between two calls of one request.
      if (!(error instanceof MeshgateError)) throw error;
      return { ok: false, code: error.code, message: error.message };
    }
    this.#calls.add(running);
    try {
      return await running.answer;
    } finally {
      this.#calls.delete(running);
    }
  }

  /** Ends every call under way and starts no other. */
  abort(why: GivingUp): void {
    this.#givenUp ??= why;
    for (const running of this.#calls) running.abort(why);
  }
}
