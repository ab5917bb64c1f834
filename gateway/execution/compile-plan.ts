import type { PlanNode } from '@apollo/query-planner';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import type { TypeLattice } from '../supergraph/type-lattice.ts';
import type { ExecutionRun } from './execution-run.ts';
import { FetchStep } from './fetch-step.ts';
import { extendPath, type ResultPath, ROOT_PATH } from './result-path.ts';

/** One node of a plan, ready to run; undefined when there is nothing to wait for. */
export interface Step {
  run(run: ExecutionRun): Promise<unknown> | undefined;
}

/**
 * Compiles a query plan into steps. Paths are resolved here, so that a Flatten
 * node costs nothing when the plan runs.
 *
 * @throws {MeshgateError} OPERATION_PLANNING_FAILED, for a node that needs incremental delivery.
 */
export function compilePlan(
  node: PlanNode,
  lattice: TypeLattice,
  path: ResultPath = ROOT_PATH,
): Step {
  switch (node.kind) {
    case 'Fetch':
      return new FetchStep(node, path, lattice);
    case 'Flatten':
      return compilePlan(node.node, lattice, extendPath(path, node.path));
    case 'Sequence':
      return new SequenceStep(node.nodes.map((child) => compilePlan(child, lattice, path)));
    case 'Parallel':
      return new ParallelStep(node.nodes.map((child) => compilePlan(child, lattice, path)));
    case 'Condition':
      return new ConditionStep(
        node.condition,
        node.ifClause === undefined ? null : compilePlan(node.ifClause, lattice, path),
        node.elseClause === undefined ? null : compilePlan(node.elseClause, lattice, path),
      );
    case 'Defer':
      throw new MeshgateError('OPERATION_PLANNING_FAILED', {
        message: 'The operation needs incremental delivery, which this gateway does not offer.',
      });
  }
}

class SequenceStep implements Step {
  readonly #steps: readonly Step[];

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
  }

  async run(run: ExecutionRun): Promise<void> {
    for (const step of this.#steps) {
      if (run.aborted) return;
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

  run(run: ExecutionRun): Promise<unknown> | undefined {
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

  run(run: ExecutionRun): Promise<unknown> | undefined {
    const chosen = run.variables[this.#variable] === true ? this.#ifStep : this.#elseStep;
    return chosen?.run(run);
  }
}
