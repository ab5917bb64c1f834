import type { FetchDataRewrite, FetchNode } from '@apollo/query-planner';
import type { Problem } from '../../shared/errors/problem.ts';
import type { TypeLattice } from '../supergraph/type-lattice.ts';
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

  constructor(node: FetchNode, path: ResultPath, lattice: TypeLattice) {
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
  }

  run(run: ExecutionRun): Promise<void> | undefined {
    const targets = collectTargets(run.data, this.#path);
    if (targets.length === 0) return undefined;
    return this.#writer === null
      ? this.#fetchRoot(run, targets)
      : this.#fetchEntities(run, targets, this.#writer);
  }

  async #fetchRoot(run: ExecutionRun, targets: readonly JsonObject[]): Promise<void> {
    const answer = await run.call(this.#subgraph, this.#body(run, null));
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
    const targetsByRepresentation = new Map<string, JsonObject[]>();
    for (const target of targets) {
      const representation = writer.write(target);
      if (representation === null) continue;
      const same = targetsByRepresentation.get(representation);
      if (same === undefined) targetsByRepresentation.set(representation, [target]);
      else same.push(target);
    }
    if (targetsByRepresentation.size === 0) return;

    const asked = [...targetsByRepresentation.values()];
    const body = this.#body(run, `[${[...targetsByRepresentation.keys()].join(',')}]`);
    const answer = await run.call(this.#subgraph, body);
    if (!answer.ok) {
      run.problems.push(this.#failure(answer));
      return;
    }
    for (const error of answer.errors) this.#reportEntityError(run, error, asked);
    const entities = answer.data?._entities;
    if (Array.isArray(entities) && entities.length === asked.length) {
      entities.forEach((entity, index) => void this.#receive(entity, asked[index] ?? []));
    } else if (answer.errors.length === 0) {
      run.problems.push(this.#noData());
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

  #body(run: ExecutionRun, representations: string | null): string {
    let variables = representations === null ? '' : `"representations":${representations}`;
    for (const name of this.#variables) {
      const value = run.variables[name];
      if (value === undefined) continue;
      if (variables !== '') variables += ',';
      variables += `"${name}":${JSON.stringify(value)}`;
    }
    return variables === ''
      ? `${this.#bodyStart}}`
      : `${this.#bodyStart},"variables":{${variables}}}`;
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
    asked: readonly (readonly JsonObject[])[],
  ): void {
    const [root, index, ...rest] = error.path ?? [];
    const targets = root === '_entities' && typeof index === 'number' ? asked[index] : undefined;
    if (targets === undefined) {
      run.problems.push(this.#problem(error, commonPosition(this.#path)));
      return;
    }
    const below = rewritePath(this.#rewrites, rest);
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
