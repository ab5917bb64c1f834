import type { Problem } from '../../shared/errors/problem.ts';
import { copyEntities } from './calls/copy-entities.ts';
import type { EntityAnswer } from './calls/entity-load.ts';
import type { RootCall, RootedLoad } from './calls/execution-doors.ts';
import type { RequestCalls } from './calls/request-calls.ts';
import type { SubgraphAnswer } from './calls/subgraph-answer.ts';
import type { JsonObject } from './json.ts';
import type { RunRecorder } from './repetition/run-recorder.ts';

/** What the steps of a plan run in. */
export interface PlanRun {
  /** Coerced, with defaults. */
  readonly variables: Readonly<JsonObject>;
  /** Whether the steps that have not begun are not wanted any more. */
  readonly isOver: boolean;
  /** Undefined when there is nothing to wait for. */
  fetch(fetch: Fetch): Promise<unknown> | undefined;
}

/** A step that asks a subgraph. */
export interface Fetch {
  execute(run: ExecutionRun): Promise<unknown> | undefined;
}

/**
 * The state of one request while its plan runs: the data that grows, and the problems that were met.
 */
export class ExecutionRun implements PlanRun {
  readonly data: JsonObject = {};
  readonly problems: Problem[] = [];
  readonly variables: Readonly<JsonObject>;
  readonly calls: RequestCalls;
  /** How often an object of the answer made way for a merged one; see `mergeResult`. */
  replacements = 0;
  readonly #recorder: RunRecorder | null;
  readonly #entities = new Map<string, Map<string, unknown>>();

  /** @param recorder Takes down what is asked and answered; null when nobody wants to know. */
  constructor(
    variables: Readonly<JsonObject>,
    calls: RequestCalls,
    recorder: RunRecorder | null = null,
  ) {
    this.variables = variables;
    this.calls = calls;
    this.#recorder = recorder;
  }

  /** What is answered already is taken, even when nothing more is asked. */
  get isOver(): boolean {
    return this.calls.givenUp !== null && !this.calls.hasAnswersLeft;
  }

  fetch(fetch: Fetch): Promise<unknown> | undefined {
    return fetch.execute(this);
  }

  async call(fetch: Fetch, asked: RootCall): Promise<SubgraphAnswer> {
    const answer = await this.calls.call(asked);
    this.#recorder?.noteCall(fetch, asked, answer);
    return answer;
  }

  /** @returns Entities that may be written into. */
  async load(fetch: Fetch, asked: Omit<RootedLoad, 'onlyReads'>): Promise<EntityAnswer> {
    if (this.#recorder === null) return this.calls.load({ ...asked, onlyReads: false });
    const load = { ...asked, onlyReads: true };
    const answer = await this.calls.load(load);
    this.#recorder.noteLoad(fetch, load, answer);
    return copyEntities(answer);
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
}
