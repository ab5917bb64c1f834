import { getVariableValues, type VariableDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { ERROR_CATALOG } from '../../shared/errors/error-catalog.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import type { PreparedOperation } from '../operation/prepare-operation.ts';
import { isIncluded } from '../operation/selection.ts';
import { compilePlan, type Step } from './compile-plan.ts';
import { compileProjection } from './compile-projection.ts';
import { type ExecutionDoors, ExecutionRun } from './execution-run.ts';
import { findGuardedInput } from './find-guarded-input.ts';
import { compileIntrospection, type Introspect } from './introspection.ts';
import type { JsonObject } from './json.ts';
import type { ObjectShape } from './project-shape.ts';
import { NULL, ProjectionRun } from './projection-run.ts';
import { withoutUnselected } from './unselected-problems.ts';

/** The answer to one operation. */
export interface ExecutionResult {
  /** The `data` of the answer as JSON; absent when nothing was run. */
  readonly dataText?: string;
  readonly problems: readonly Problem[];
}

/** What one request brings to a compiled operation. */
export interface ExecutionRequest extends ExecutionDoors {
  /** As the client sent them. */
  readonly variables: Readonly<JsonObject> | null;
  /** For all calls together, in milliseconds; what is not there by then is missing. */
  readonly timeoutMs: number;
  /** Called with a way to give up before the first call goes out. */
  readonly onStart?: (abort: () => void) => void;
}

/** Condition values for which the projection is remembered; two to the power of a few variables. */
const PROJECTIONS_KEPT = 16;
const VARIABLE_ERRORS_REPORTED = 10;

/** What depends on the values of the condition variables, and on nothing else of a request. */
interface ConditionedPart {
  readonly shape: ObjectShape;
  readonly refusals: readonly Problem[];
}

/**
 * A prepared operation, compiled: the plan as steps, the answer as a shape.
 * Made once for each operation and authorization shape, run for every request.
 */
export class CompiledOperation {
  readonly #prepared: PreparedOperation;
  readonly #plan: Step | null;
  readonly #introspect: Introspect | null;
  readonly #variableDefinitions: readonly VariableDefinitionNode[];
  readonly #conditioned = new LRUCache<string, ConditionedPart>({ max: PROJECTIONS_KEPT });

  constructor(prepared: PreparedOperation) {
    this.#prepared = prepared;
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
    const guarded = findGuardedInput(this.#prepared.authorized, coerced.variables);
    if (guarded !== null) return { problems: [guarded] };
    const run = new ExecutionRun(coerced.variables, request);
    request.onStart?.(() => run.abort('unwanted'));
    const { shape, refusals } = this.#conditionedPart(run.variables);
    run.problems.push(...refusals);

    const running = this.#plan?.run(run);
    if (running !== undefined) await within(request.timeoutMs, run, running);
    // Nobody is there to read an answer, and no product is to blame for what is missing in it.
    if (run.givenUp === 'unwanted') return { dataText: NULL, problems: [] };

    if (refusals.length > 0 && this.#prepared.authorized.allowed.length === 0) {
      return { dataText: NULL, problems: run.problems };
    }
    const introspection = this.#introspect?.(run.variables) ?? null;
    const projection = new ProjectionRun(run.problems, introspection);
    const written = shape.write(run.data, projection, 0);
    const dataText = typeof written === 'string' ? written : NULL;
    const { selections } = this.#prepared.parsed;
    return { dataText, problems: withoutUnselected(run.problems, dataText, selections) };
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
    const { parsed, authorized, snapshot } = this.#prepared;
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
      const { schema, lattice, joinNames } = snapshot;
      part = {
        shape: compileProjection(rootType, parsed.selections, {
          schema,
          lattice,
          joinNames,
          denied,
          effects,
          conditions,
        }),
        refusals: deniedPaths
          .filter((one) => isIncluded(one.conditions, conditions))
          .map(({ code, path }) => ({ code, message: ERROR_CATALOG[code].summary, path })),
      };
      this.#conditioned.set(key, part);
    }
    return part;
  }
}

async function within(
  timeoutMs: number,
  run: ExecutionRun,
  running: Promise<unknown>,
): Promise<void> {
  const timer = setTimeout(() => run.abort('late'), timeoutMs);
  try {
    await running;
  } finally {
    clearTimeout(timer);
  }
}
