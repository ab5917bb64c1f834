import type { FetchDataRewrite, FetchNode } from '@apollo/query-planner';
import type { Problem } from '../../../shared/errors/problem.ts';
import { invariant } from '../../../shared/lang/invariant.ts';
import { toClientPath } from '../../planning/rewrite/data-keys.ts';
import type { TypeLattice } from '../../supergraph/type-lattice.ts';
import { RepresentationList } from '../calls/representation-list.ts';
import type { SubgraphError } from '../calls/subgraph-answer.ts';
import { cloneValue } from '../clone-value.ts';
import type { ExecutionRun, Fetch, PlanRun } from '../execution-run.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { noteAnsweredNull } from './answered-null.ts';
import { ContextValues } from './context-values.ts';
import { mergeResult } from './merge-result.ts';
import { RepresentationWriter } from './representation-writer.ts';
import { collectTargets, commonPosition, locateTargets, type ResultPath } from './result-path.ts';
import { rewriteOutput, rewritePath } from './rewrite-output.ts';

/** Positions named for one error of a subgraph; the same entity can stand in thousands of places. */
const POSITIONS_PER_ERROR = 100;

/** What a fetch has to know of its plan. */
export interface FetchStepSettings {
  readonly lattice: TypeLattice;
  /** Whether the plan holds another fetch of the same text, so that entities are worth remembering. */
  readonly repeats: boolean;
  /**
   * Whether places of the answer that hold the same entity may hold the same object. Not in a
   * plan with arguments from context: there one entity differs with what stands around it.
   */
  readonly shares: boolean;
}

/** One call to one subgraph: from the root, or for the entities at a path. */
export class FetchStep implements Fetch {
  readonly #subgraph: string;
  readonly #path: ResultPath;
  /** `{"query":"…"`, the constant beginning of every request body. */
  readonly #bodyStart: string;
  readonly #variables: readonly string[];
  readonly #writer: RepresentationWriter | null;
  readonly #context: ContextValues | null;
  readonly #rewrites: readonly FetchDataRewrite[];
  readonly #settings: FetchStepSettings;

  constructor(node: FetchNode, path: ResultPath, settings: FetchStepSettings) {
    const { lattice } = settings;
    const context =
      node.contextRewrites === undefined ? null : new ContextValues(node.contextRewrites, lattice);
    this.#subgraph = node.serviceName;
    this.#path = path;
    this.#bodyStart = `{"query":${JSON.stringify(node.operation)}`;
    this.#variables = (node.variableUsages ?? []).filter((name) => !context?.names.has(name));
    this.#writer =
      node.requires === undefined
        ? null
        : new RepresentationWriter(node.requires, lattice, node.inputRewrites);
    this.#context = context;
    this.#rewrites = node.outputRewrites ?? [];
    this.#settings = settings;
  }

  run(run: PlanRun): Promise<unknown> | undefined {
    return run.fetch(this);
  }

  execute(run: ExecutionRun): Promise<unknown> | undefined {
    if (this.#context !== null) return this.#fetchByContext(run, this.#context);
    const targets = collectTargets(run.data, this.#path);
    if (targets.length === 0) return undefined;
    return this.#writer === null
      ? this.#fetchRoot(run, targets)
      : this.#fetchEntities(run, targets, this.#writer, '');
  }

  #fetchByContext(run: ExecutionRun, context: ContextValues): Promise<unknown> | undefined {
    const writer = this.#writer;
    invariant(writer, 'only entities are asked for with arguments from context');
    const groups = context.collect(run.data, this.#path);
    if (groups.length === 0) return undefined;
    return Promise.all(
      groups.map(({ targets, variables }) => this.#fetchEntities(run, targets, writer, variables)),
    );
  }

  async #fetchRoot(run: ExecutionRun, targets: readonly JsonObject[]): Promise<void> {
    const variables = this.#writeVariables(run);
    const end = variables === '' ? '}' : `,"variables":{${variables}}}`;
    const { replacements } = run;
    const answer = await run.call(this, {
      subgraph: this.#subgraph,
      body: this.#bodyStart + end,
      bodyStart: this.#bodyStart,
      variables,
      path: this.#path.keys,
    });
    if (!answer.ok) {
      run.problems.push(this.#failure(answer));
      return;
    }
    for (const error of answer.errors) {
      const path = rewritePath(this.#rewrites, error.path ?? []);
      run.problems.push(this.#problem(error, [...commonPosition(this.#path), ...path]));
    }
    const { data } = answer;
    if (data === null) {
      if (answer.errors.length === 0) run.problems.push(this.#noData());
      return;
    }
    rewriteOutput(this.#rewrites, data, null, this.#settings.lattice);
    const standing =
      run.replacements === replacements ? targets : collectTargets(run.data, this.#path);
    this.#merge(run, data, standing);
  }

  async #fetchEntities(
    run: ExecutionRun,
    targets: readonly JsonObject[],
    writer: RepresentationWriter,
    contextVariables: string,
  ): Promise<void> {
    const targetsByRepresentation = groupByRepresentation(targets, writer);
    const memory = this.#settings.repeats
      ? run.remembered(this.#bodyStart + contextVariables)
      : null;
    if (memory !== null) this.#receiveRemembered(run, targetsByRepresentation, memory);
    if (targetsByRepresentation.size === 0) return;

    const representations = [...targetsByRepresentation.keys()];
    const { replacements } = run;
    const answer = await run.load(this, {
      subgraph: this.#subgraph,
      bodyStart: this.#bodyStart,
      variables: joinMembers(contextVariables, this.#writeVariables(run)),
      representations: new RepresentationList(representations),
      path: this.#path.keys,
    });
    if (!answer.ok) {
      run.problems.push(this.#failure(answer));
      return;
    }
    // Other fetches run at the same time, and may have put merged objects where the targets stood.
    const standing =
      run.replacements === replacements
        ? targetsByRepresentation
        : groupByRepresentation(this.#collect(run, contextVariables), writer);
    const asked = representations.map((text) => standing.get(text) ?? []);
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
      this.#receive(run, answer.entities[index], asked[index] ?? []);
    }
  }

  #collect(run: ExecutionRun, contextVariables: string): readonly JsonObject[] {
    if (this.#context === null) return collectTargets(run.data, this.#path);
    const groups = this.#context.collect(run.data, this.#path);
    return groups.find(({ variables }) => variables === contextVariables)?.targets ?? [];
  }

  /** Takes what an equal fetch of this request has loaded before, and leaves the rest to be asked. */
  #receiveRemembered(
    run: ExecutionRun,
    targetsByRepresentation: Map<string, JsonObject[]>,
    memory: ReadonlyMap<string, unknown>,
  ): void {
    if (memory.size === 0) return;
    for (const [representation, targets] of targetsByRepresentation) {
      const entity = memory.get(representation);
      if (entity === undefined) continue;
      targetsByRepresentation.delete(representation);
      this.#receive(run, cloneValue(entity), targets);
    }
  }

  #receive(run: ExecutionRun, entity: unknown, targets: readonly JsonObject[]): void {
    const [first] = targets;
    if (first === undefined) return;
    if (!isJsonObject(entity)) {
      for (const target of targets) noteAnsweredNull(target);
      return;
    }
    if (this.#rewrites.length > 0) {
      const typename = typeof first.__typename === 'string' ? first.__typename : null;
      rewriteOutput(this.#rewrites, entity, typename, this.#settings.lattice);
    }
    this.#merge(run, entity, targets);
  }

  #merge(run: ExecutionRun, received: JsonObject, targets: readonly JsonObject[]): void {
    const { shares, lattice } = this.#settings;
    for (const target of targets) {
      const own = shares ? received : (cloneValue(received) as JsonObject);
      if (mergeResult(target, own, lattice)) run.replacements += 1;
    }
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
    const path = toClientPath(commonPosition(this.#path));
    return { code, message, path, product: this.#subgraph };
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
      path: toClientPath(path),
      product: this.#subgraph,
      original: { message: error.message, extensions: error.extensions },
    };
  }
}

function joinMembers(first: string, second: string): string {
  return first === '' || second === '' ? first + second : `${first},${second}`;
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
