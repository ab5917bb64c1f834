import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import type { EntityAnswer, EntityLoad, RunningLoad } from './entity-loads.ts';
import type { JsonObject } from './json.ts';
import type { CallSubgraph, RunningCall, SubgraphAnswer } from './subgraph-answer.ts';

/** What one execution is given besides the operation. */
export interface ExecutionDoors {
  readonly callSubgraph: CallSubgraph;
  /** Merges the entity loads of requests that run at the same time. */
  readonly loadEntities: (load: EntityLoad) => RunningLoad;
  /** Headers for one subgraph: the caller's token for it, the request id, what is forwarded. */
  readonly headersFor: (subgraph: string) => Readonly<Record<string, string>>;
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
  readonly #doors: ExecutionDoors;
  readonly #calls = new Set<RunningCall | RunningLoad>();
  readonly #entities = new Map<string, Map<string, unknown>>();
  #aborted = false;

  constructor(variables: Readonly<JsonObject>, doors: ExecutionDoors) {
    this.variables = variables;
    this.#doors = doors;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  call(subgraph: string, body: string): Promise<SubgraphAnswer> {
    return this.#await<SubgraphAnswer>(subgraph, (headers) =>
      this.#doors.callSubgraph({ subgraph, body, headers }),
    );
  }

  load(load: LoadWithoutHeaders): Promise<EntityAnswer> {
    return this.#await<EntityAnswer>(load.subgraph, (headers) =>
      this.#doors.loadEntities({ ...load, headers }),
    );
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
    start: (headers: Readonly<Record<string, string>>) => {
      readonly answer: Promise<Answer>;
      abort(): void;
    },
  ): Promise<Answer | typeof ABORTED> {
    if (this.#aborted) return ABORTED;
    let running: { readonly answer: Promise<Answer>; abort(): void };
    try {
      running = start(this.#doors.headersFor(subgraph));
    } catch (error) {
      // The caller's own token may expire between two calls of one request.
      if (!(error instanceof MeshgateError)) throw error;
      return { ok: false, code: error.code, message: error.message } as typeof ABORTED;
    }
    this.#calls.add(running as RunningCall | RunningLoad);
    try {
      return await running.answer;
    } finally {
      this.#calls.delete(running as RunningCall | RunningLoad);
    }
  }

  /** Ends every call under way and starts no other; for a client that went away. */
  abort(): void {
    this.#aborted = true;
    for (const running of this.#calls) running.abort();
  }
}

const ABORTED: Extract<SubgraphAnswer, { ok: false }> = {
  ok: false,
  code: 'SUBGRAPH_TIMEOUT',
  message: 'The call was given up, because the client went away or the request took too long.',
};
