import type { FetchNode, PlanNode } from '@apollo/query-planner';
import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { TypeLattice } from '../../supergraph/type-lattice.ts';
import type { PlanRun } from '../execution-run.ts';
import { FetchStep } from './fetch-step.ts';
import { extendPath, type ResultPath, ROOT_PATH } from './result-path.ts';

/** One node of a plan, ready to run; undefined when there is nothing to wait for. */
export interface Step {
  run(run: PlanRun): Promise<unknown> | undefined;
}

/** What the nodes of one plan have in common. */
interface PlanContext {
  readonly lattice: TypeLattice;
  /** Texts of the entity fetches that the plan holds more than once. */
  readonly repeated: ReadonlySet<string>;
  /** Whether equal places of the answer may hold one object; see `FetchStepSettings`. */
  readonly shares: boolean;
}

/**
 * Compiles a query plan into steps. Paths are resolved here, so that a Flatten
 * node costs nothing when the plan runs.
 *
 * @param remembers Whether an entity may be loaded once for several fetches; not in a mutation,
 *   where a later field may change what an earlier one has read.
 * @throws {MeshgateError} OPERATION_PLANNING_FAILED, for a node that needs incremental delivery.
 */
export function compilePlan(node: PlanNode, lattice: TypeLattice, remembers: boolean): Step {
  const fetches = findFetches(node);
  const repeated = remembers ? findRepeated(fetches) : new Set<string>();
  const shares = fetches.every(({ contextRewrites }) => contextRewrites === undefined);
  return compileNode(node, ROOT_PATH, { lattice, repeated, shares });
}

function compileNode(node: PlanNode, path: ResultPath, context: PlanContext): Step {
  const compile = (child: PlanNode) => compileNode(child, path, context);
  switch (node.kind) {
    case 'Fetch':
      return new FetchStep(node, path, {
        lattice: context.lattice,
        repeats: context.repeated.has(textOf(node)),
        shares: context.shares,
      });
    case 'Flatten':
      return compileNode(node.node, extendPath(path, node.path), context);
    case 'Sequence':
      return new SequenceStep(node.nodes.map(compile));
    case 'Parallel':
      return compileParallel(node.nodes, compile);
    case 'Condition':
      return new ConditionStep(
        node.condition,
        node.ifClause === undefined ? null : compile(node.ifClause),
        node.elseClause === undefined ? null : compile(node.elseClause),
      );
    case 'Defer':
      throw new MeshgateError('OPERATION_PLANNING_FAILED', {
        message: 'The operation needs incremental delivery, which this gateway does not offer.',
      });
  }
}

/**
 * Fetches with arguments from context go after the others: where a value around an entity is
 * another product's, the planner forgets that it has to be there first.
 */
function compileParallel(nodes: readonly PlanNode[], compile: (child: PlanNode) => Step): Step {
  const isContextual = (node: PlanNode) =>
    findFetches(node).some(({ contextRewrites }) => contextRewrites !== undefined);
  const contextual = nodes.filter(isContextual);
  const others = nodes.filter((node) => !contextual.includes(node));
  if (contextual.length === 0 || others.length === 0) return new ParallelStep(nodes.map(compile));
  return new SequenceStep([
    new ParallelStep(others.map(compile)),
    new ParallelStep(contextual.map(compile)),
  ]);
}

function findFetches(node: PlanNode | undefined): readonly FetchNode[] {
  if (node === undefined) return [];
  switch (node.kind) {
    case 'Defer':
      return [];
    case 'Fetch':
      return [node];
    case 'Flatten':
      return findFetches(node.node);
    case 'Condition':
      return [node.ifClause, node.elseClause].flatMap(findFetches);
    default:
      return node.nodes.flatMap(findFetches);
  }
}

function findRepeated(fetches: readonly FetchNode[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const text of fetches.map(textOf)) {
    if (seen.has(text)) repeated.add(text);
    seen.add(text);
  }
  return repeated;
}

function textOf(node: FetchNode): string {
  return `${node.serviceName}\n${node.operation}`;
}

class SequenceStep implements Step {
  readonly #steps: readonly Step[];

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
  }

  async run(run: PlanRun): Promise<void> {
    for (const step of this.#steps) {
      if (run.isOver) return;
      const running = step.run(run);
      if (running !== undefined) await running;
    }
  }
}

class ParallelStep implements Step {
  readonly #steps: readonly Step[];

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
  }

  run(run: PlanRun): Promise<unknown> | undefined {
    const running: Promise<unknown>[] = [];
    for (const step of this.#steps) {
      const one = step.run(run);
      if (one !== undefined) running.push(one);
    }
    return running.length === 0 ? undefined : Promise.all(running);
  }
}

class ConditionStep implements Step {
  readonly #variable: string;
  readonly #ifStep: Step | null;
  readonly #elseStep: Step | null;

  constructor(variable: string, ifStep: Step | null, elseStep: Step | null) {
    this.#variable = variable;
    this.#ifStep = ifStep;
    this.#elseStep = elseStep;
  }

  run(run: PlanRun): Promise<unknown> | undefined {
    const chosen = run.variables[this.#variable] === true ? this.#ifStep : this.#elseStep;
    return chosen?.run(run);
  }
}
