import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import type { JsonObject } from './json.ts';
import type { CallSubgraph, RunningCall, SubgraphAnswer } from './subgraph-answer.ts';

/** What one execution is given besides the operation. */
export interface ExecutionDoors {
  readonly callSubgraph: CallSubgraph;
  /** Headers for one subgraph: the caller's token for it, the request id, what is forwarded. */
  readonly headersFor: (subgraph: string) => Readonly<Record<string, string>>;
}

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
  readonly #calls = new Set<RunningCall>();
  #aborted = false;

  constructor(variables: Readonly<JsonObject>, doors: ExecutionDoors) {
    this.variables = variables;
    this.#doors = doors;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  async call(subgraph: string, body: string): Promise<SubgraphAnswer> {
    if (this.#aborted) return ABORTED;
    const running = this.#start(subgraph, body);
    if ('ok' in running) return running;
    this.#calls.add(running);
    try {
      return await running.answer;
    } finally {
      this.#calls.delete(running);
    }
  }

  #start(subgraph: string, body: string): RunningCall | SubgraphAnswer {
    try {
      const headers = this.#doors.headersFor(subgraph);
      return this.#doors.callSubgraph({ subgraph, body, headers });
    } catch (error) {
      // The caller's own token may expire between two calls of one request.
      if (!(error instanceof MeshgateError)) throw error;
      return { ok: false, code: error.code, message: error.message };
    }
  }

  /** Ends every call under way and starts no other; for a client that went away. */
  abort(): void {
    this.#aborted = true;
    for (const running of this.#calls) running.abort();
  }
}

const ABORTED: SubgraphAnswer = {
  ok: false,
  code: 'SUBGRAPH_TIMEOUT',
  message: 'The call was given up, because the client went away or the request took too long.',
};
