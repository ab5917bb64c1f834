import type { FetchDataRewrite, FetchNode } from '@apollo/query-planner';
import type { Problem } from '../../shared/errors/problem.ts';
import type { TypeLattice } from '../supergraph/type-lattice.ts';
import { cloneValue } from './clone-value.ts';
import type { ExecutionRun } from './execution-run.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import { mergeResult } from './merge-result.ts';
import { RepresentationWriter } from './representation-writer.ts';
import { collectTargets, commonPosition, locateTargets, type ResultPath } from './result-path.ts';
import { rewriteOutput, rewritePath } from './rewrite-output.ts';
import type { SubgraphError } from './subgraph-answer.ts';

/** Positions named for one error of a subgraph; the same entity can stand in thousands of places. */
const POSITIONS_PER_ERROR = 100;

/** One call to one subgraph: from the root, or for the entities at a path. */
export class FetchStep {
  readonly #subgraph: string;
  readonly #path: ResultPath;
  /** `{"query":"…"`, the constant beginning of every request body. */
  readonly #bodyStart: string;
  readonly #variables: readonly string[];
  readonly #writer: RepresentationWriter | null;
  readonly #rewrites: readonly FetchDataRewrite[];
  readonly #lattice: TypeLattice;
  readonly #repeats: boolean;

  /** @param repeats Whether the plan holds another fetch of the same text, so that entities are worth remembering. */
  constructor(node: FetchNode, path: ResultPath, lattice: TypeLattice, repeats: boolean) {
    this.#subgraph = node.serviceName;
    this.#path = path;
    this.#bodyStart = `{"query":${JSON.stringify(node.operation)}`;
    this.#variables = node.variableUsages ?? [];
    this.#writer =
      node.requires === undefined
        ? null
        : new RepresentationWriter(node.requires, lattice, node.inputRewrites);
    this.#rewrites = node.outputRewrites ?? [];
    this.#lattice = lattice;
    this.#repeats = repeats;
  }

  run(run: ExecutionRun): Promise<void> | undefined {
    const targets = collectTargets(run.data, this.#path);
    if (targets.length === 0) return undefined;
    return this.#writer === null
      ? this.#fetchRoot(run, targets)
      : this.#fetchEntities(run, targets, this.#writer);
  }

  async #fetchRoot(run: ExecutionRun, targets: readonly JsonObject[]): Promise<void> {
    const variables = this.#writeVariables(run);
    const end = variables === '' ? '}' : `,"variables":{${variables}}}`;
    const answer = await run.call(this.#subgraph, this.#bodyStart + end);
    if (!answer.ok) {
      run.problems.push(this.#failure(answer));
      return;
    }
    for (const error of answer.errors) {
      const path = rewritePath(this.#rewrites, error.path ?? []);
      run.problems.push(this.#problem(error, [...commonPosition(this.#path), ...path]));
    }
    if (answer.data === null) {
      if (answer.errors.length === 0) run.problems.push(this.#noData());
      return;
    }
    rewriteOutput(this.#rewrites, answer.data, null, this.#lattice);
    for (const target of targets) mergeResult(target, answer.data);
  }

  async #fetchEntities(
    run: ExecutionRun,
    targets: readonly JsonObject[],
    writer: RepresentationWriter,
  ): Promise<void> {
    const targetsByRepresentation = groupByRepresentation(targets, writer);
    const memory = this.#repeats ? run.remembered(this.#bodyStart) : null;
    if (memory !== null) this.#receiveRemembered(targetsByRepresentation, memory);
    if (targetsByRepresentation.size === 0) return;

    const representations = [...targetsByRepresentation.keys()];
    const asked = [...targetsByRepresentation.values()];
    const answer = await run.load({
      subgraph: this.#subgraph,
      bodyStart: this.#bodyStart,
      variables: this.#writeVariables(run),
      representations,
    });
    if (!answer.ok) {
      run.problems.push(this.#failure(answer));
      return;
    }
    for (const { index, error } of answer.errors) {
      this.#reportEntityError(run, error, index === null ? undefined : asked[index]);
    }
    if (answer.entities === null) {
      if (answer.errors.length === 0) run.problems.push(this.#noData());
      return;
    }
    if (memory !== null && answer.errors.length === 0) {
      remember(memory, representations, answer.entities);
    }
    for (let index = 0; index < asked.length; index += 1) {
      this.#receive(answer.entities[index], asked[index] ?? []);
    }
  }

  /** Takes what an equal fetch of this request has loaded before, and leaves the rest to be asked. */
  #receiveRemembered(
    targetsByRepresentation: Map<string, JsonObject[]>,
    memory: ReadonlyMap<string, unknown>,
  ): void {
    if (memory.size === 0) return;
    for (const [representation, targets] of targetsByRepresentation) {
      const entity = memory.get(representation);
      if (entity === undefined) continue;
      targetsByRepresentation.delete(representation);
      this.#receive(cloneValue(entity), targets);
    }
  }

  #receive(entity: unknown, targets: readonly JsonObject[]): void {
    const [first] = targets;
    if (!isJsonObject(entity) || first === undefined) return;
    if (this.#rewrites.length > 0) {
      const typename = typeof first.__typename === 'string' ? first.__typename : null;
      rewriteOutput(this.#rewrites, entity, typename, this.#lattice);
    }
    for (const target of targets) mergeResult(target, entity);
  }

  /** Members of the request's `variables` besides the representations. */
  #writeVariables(run: ExecutionRun): string {
    let variables = '';
    for (const name of this.#variables) {
      const value = run.variables[name];
      if (value === undefined) continue;
      if (variables !== '') variables += ',';
      variables += `"${name}":${JSON.stringify(value)}`;
    }
    return variables;
  }

  #failure({ code, message }: Pick<Problem, 'code' | 'message'>): Problem {
    return { code, message, path: commonPosition(this.#path), product: this.#subgraph };
  }

  #noData(): Problem {
    return this.#failure({
      code: 'SUBGRAPH_RESPONSE_INVALID',
      message: `The data product "${this.#subgraph}" answered without the data that was asked for and without an error.`,
    });
  }

  #reportEntityError(
    run: ExecutionRun,
    error: SubgraphError,
    targets: readonly JsonObject[] | undefined,
  ): void {
    if (targets === undefined) {
      run.problems.push(this.#problem(error, commonPosition(this.#path)));
      return;
    }
    const below = rewritePath(this.#rewrites, (error.path ?? []).slice(2));
    const positions = locateTargets(run.data, this.#path, new Set(targets));
    for (const position of positions.slice(0, POSITIONS_PER_ERROR)) {
      run.problems.push(this.#problem(error, [...position, ...below]));
    }
  }

  #problem(error: SubgraphError, path: readonly (string | number)[]): Problem {
    return {
      code: 'SUBGRAPH_ERROR',
      message: `The data product "${this.#subgraph}" reported an error that is not meant for clients.`,
      path,
      product: this.#subgraph,
      original: { message: error.message, extensions: error.extensions },
    };
  }
}

function groupByRepresentation(
  targets: readonly JsonObject[],
  writer: RepresentationWriter,
): Map<string, JsonObject[]> {
  const groups = new Map<string, JsonObject[]>();
  for (const target of targets) {
    const representation = writer.write(target);
    if (representation === null) continue;
    const same = groups.get(representation);
    if (same === undefined) groups.set(representation, [target]);
    else same.push(target);
  }
  return groups;
}

/** Keeps copies: what is received is written into afterwards. */
function remember(
  memory: Map<string, unknown>,
  representations: readonly string[],
  entities: readonly unknown[],
): void {
  representations.forEach((representation, index) => {
    memory.set(representation, cloneValue(entities[index]));
  });
}
