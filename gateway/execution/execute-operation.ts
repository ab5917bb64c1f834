import { getVariableValues, type VariableDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { ERROR_CATALOG } from '../../shared/errors/error-catalog.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import type { PreparedOperation } from '../operation/prepare-operation.ts';
import { isIncluded } from '../operation/selection.ts';
import type { ExecutionDoors } from './calls/execution-doors.ts';
import { RequestCalls } from './calls/request-calls.ts';
import type { ExecutionResult } from './execution-result.ts';
import { ExecutionRun } from './execution-run.ts';
import { findGuardedInput } from './find-guarded-input.ts';
import { compileIntrospection, type Introspect } from './introspection.ts';
import type { JsonObject } from './json.ts';
import { compilePlan, type Step } from './plan/compile-plan.ts';
import { compileProjection } from './projection/compile-projection.ts';
import type { ObjectShape } from './projection/project-shape.ts';
import { NULL, ProjectionRun } from './projection/projection-run.ts';
import { ShownPlaces } from './projection/shown-places.ts';
import { withoutUnselected } from './projection/unselected-problems.ts';
import type { AnswerMemory, Habit } from './repetition/answer-memory.ts';
import type { RememberedRun } from './repetition/remembered-run.ts';
import { RepeatedRun } from './repetition/repeated-run.ts';
import { RunRecorder } from './repetition/run-recorder.ts';

/** What one request brings to a compiled operation. */
export interface ExecutionRequest extends ExecutionDoors {
  /** As the client sent them. */
  readonly variables: Readonly<JsonObject> | null;
  /** For all calls together, in milliseconds; what is not there by then is missing. */
  readonly timeoutMs: number;
  /** Of what was answered before; null remembers nothing. */
  readonly memory: AnswerMemory | null;
  /** Called with a way to give up before the first call goes out. */
  readonly onStart?: (abort: () => void) => void;
}

/** Condition values for which the projection is remembered; two to the power of a few variables. */
const PROJECTIONS_KEPT = 16;
const VARIABLE_ERRORS_REPORTED = 10;

/** What depends on the values of the condition variables, and on nothing else of a request. */
interface ConditionedPart {
  readonly shape: ObjectShape;
  /** Null where nothing is counted. */
  readonly places: ShownPlaces | null;
  readonly refusals: readonly Problem[];
}

/**
 * A prepared operation, compiled: the plan as steps, the answer as a shape.
 * Made once for each operation and authorization shape, run for every request.
 */
export class CompiledOperation {
  static #made = 0;
  /** Differs from that of every other operation of this process. */
  readonly #id: number;
  readonly #prepared: PreparedOperation;
  readonly #keysTold: number | null;
  /** Whether its answers may be repeated; a mutation is executed each time. */
  readonly #isRepeatable: boolean;
  readonly #plan: Step | null;
  readonly #introspect: Introspect | null;
  readonly #variableDefinitions: readonly VariableDefinitionNode[];
  readonly #conditioned = new LRUCache<string, ConditionedPart>({ max: PROJECTIONS_KEPT });

  /**
   * @param keysTold How many keys of the entities shown are told of each coordinate, at most; null where
   *   nothing is counted of what is shown.
   */
  constructor(prepared: PreparedOperation, keysTold: number | null = null) {
    this.#keysTold = keysTold;
    CompiledOperation.#made += 1;
    this.#id = CompiledOperation.#made;
    this.#prepared = prepared;
    this.#isRepeatable = prepared.parsed.kind === 'query';
    this.#plan =
      prepared.plan === null
        ? null
        : compilePlan(prepared.plan, prepared.snapshot.lattice, prepared.parsed.kind === 'query');
    this.#introspect = compileIntrospection(
      prepared.introspected,
      prepared.parsed.definition,
      prepared.authorized.allowed,
    );
    this.#variableDefinitions = prepared.parsed.definition.variableDefinitions ?? [];
  }

  /**
   * Runs the operation. Never throws for what clients or subgraphs do.
   *
   * @returns Problems with VARIABLES_INVALID or CLASSIFIED_INPUT_REFUSED and no data when nothing was
   *   run; otherwise data, null where an error reached the root, and a problem for each thing that went wrong. Null and no
   *   problem once the caller has given up.
   */
  async execute(request: ExecutionRequest): Promise<ExecutionResult> {
    const coerced = this.#coerce(request.variables ?? {});
    if ('problems' in coerced) return coerced;
    const { variables } = coerced;
    const guarded = findGuardedInput(this.#prepared.authorized, variables);
    if (guarded !== null) return { problems: [guarded] };
    const calls = new RequestCalls(request);
    request.onStart?.(() => calls.abort('unwanted'));
    if (this.#plan === null) return this.#complete(new ExecutionRun(variables, calls));
    const timer = setTimeout(() => calls.abort('late'), request.timeoutMs);
    try {
      return await this.#fetch(
        this.#plan,
        variables,
        calls,
        this.#attend(request.memory, variables),
      );
    } finally {
      clearTimeout(timer);
    }
  }

  #attend(memory: AnswerMemory | null, variables: Readonly<JsonObject>): Habit | null {
    if (memory === null || !this.#isRepeatable) return null;
    const takesVariables = this.#variableDefinitions.length > 0;
    return memory.attend(this.#id, takesVariables ? JSON.stringify(variables) : '');
  }

  async #fetch(
    plan: Step,
    variables: Readonly<JsonObject>,
    calls: RequestCalls,
    habit: Habit | null,
  ): Promise<ExecutionResult> {
    const remembered = habit?.run ?? null;
    if (habit !== null && remembered !== null) {
      const repeated = new RepeatedRun(remembered, variables, calls);
      await plan.run(repeated);
      habit.compare(remembered, !repeated.isOver);
      if (!repeated.isOver) return remembered.result;
    } else if (habit?.beginsRecording()) {
      return this.#record(plan, variables, calls, habit);
    }
    const run = new ExecutionRun(variables, calls);
    await plan.run(run);
    return this.#complete(run);
  }

  /** Executes, and remembers how; an answer with problems of its own is not worth that. */
  async #record(
    plan: Step,
    variables: Readonly<JsonObject>,
    calls: RequestCalls,
    habit: Habit,
  ): Promise<ExecutionResult> {
    const recorder = new RunRecorder();
    let remembered: RememberedRun<ExecutionResult> | null = null;
    try {
      const run = new ExecutionRun(variables, calls, recorder);
      await plan.run(run);
      const result = this.#complete(run);
      const { refusals } = this.#conditionedPart(variables);
      if (calls.givenUp === null && run.problems.length === refusals.length) {
        remembered = recorder.finish(result, 2 * (result.dataText ?? '').length);
      }
      return result;
    } finally {
      habit.endRecording(remembered);
    }
  }

  /** Makes the answer of what was fetched. */
  #complete(run: ExecutionRun): ExecutionResult {
    // Nobody is there to read an answer, and no product is to blame for what is missing in it.
    if (run.calls.givenUp === 'unwanted') return { dataText: NULL, problems: [] };
    const { shape, places, refusals } = this.#conditionedPart(run.variables);
    run.problems.unshift(...refusals);
    if (refusals.length > 0 && this.#prepared.authorized.allowed.length === 0) {
      return { dataText: NULL, problems: run.problems };
    }
    const introspection = this.#introspect?.(run.variables) ?? null;
    const projection = new ProjectionRun(run.problems, introspection);
    const written = shape.write(run.data, projection, 0);
    const dataText = typeof written === 'string' ? written : NULL;
    const { selections } = this.#prepared.parsed;
    const problems = withoutUnselected(run.problems, dataText, selections);
    if (places === null) return { dataText, problems };
    return { dataText, problems, shown: places.count(projection, this.#keysTold ?? 0) };
  }

  /** The paths that the caller may not read, as far as they are part of this request. */
  refusals(variables: Readonly<JsonObject> | null): readonly Problem[] {
    const coerced = this.#coerce(variables ?? {});
    return 'problems' in coerced ? [] : this.#conditionedPart(coerced.variables).refusals;
  }

  #coerce(
    given: Readonly<JsonObject>,
  ): { readonly variables: JsonObject } | { readonly problems: readonly Problem[] } {
    if (this.#variableDefinitions.length === 0) return { variables: {} };
    const { coerced, errors } = getVariableValues(
      this.#prepared.snapshot.schema,
      this.#variableDefinitions,
      given,
      { maxErrors: VARIABLE_ERRORS_REPORTED },
    );
    if (coerced !== undefined) return { variables: coerced };
    return {
      problems: errors.map((error) => ({
        code: 'VARIABLES_INVALID',
        message: error.message,
        ...(error.locations === undefined ? {} : { locations: error.locations }),
      })),
    };
  }

  #conditionedPart(variables: Readonly<JsonObject>): ConditionedPart {
    const { parsed, authorized, classified, snapshot } = this.#prepared;
    const key = parsed.conditionVariables
      .map((name) => (variables[name] === true ? '1' : '0'))
      .join('');
    let part = this.#conditioned.get(key);
    if (part === undefined) {
      const { denied, deniedPaths, effects } = authorized;
      const conditions = Object.fromEntries(
        parsed.conditionVariables.map((name) => [name, variables[name] === true]),
      );
      const rootType = snapshot.schema.getRootType(parsed.definition.operation)?.name ?? '';
      const { schema, lattice, joinNames, entityKeys } = snapshot;
      const coordinates = this.#keysTold === null ? [] : classified.coordinates;
      const places = new ShownPlaces(coordinates, lattice, entityKeys);
      part = {
        shape: compileProjection(rootType, parsed.selections, {
          schema,
          lattice,
          joinNames,
          denied,
          effects,
          places,
          conditions,
        }),
        places: coordinates.length === 0 ? null : places,
        refusals: deniedPaths
          .filter((one) => isIncluded(one.conditions, conditions))
          .map(({ code, path }) => ({ code, message: ERROR_CATALOG[code].summary, path })),
      };
      this.#conditioned.set(key, part);
    }
    return part;
  }
}
