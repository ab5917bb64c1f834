/**
 * Planning: which subgraphs an operation asks, in which order, and for what.
 *
 * What goes in and what comes out is plain, SDL and document in, a plan of JSON
 * out, so that it runs in any thread. Authorization is over when an operation
 * arrives here, and a plan depends on no caller and on no value of a variable.
 *
 * @module
 */
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { type PlanNode, QueryPlanner } from '@apollo/query-planner';
import { type DocumentNode, Kind, parse, visit } from 'graphql';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import { invariant } from '../../shared/lang/invariant.ts';
import { collectJoinNames } from '../supergraph/join-names.ts';
import { readInputFacts } from './rewrite/input-facts.ts';
import { arrangeFetches, orderFetches } from './rewrite/order-fetches.ts';
import { orderKeys } from './rewrite/order-keys.ts';
import { collectRequiringNames, planByConditions } from './rewrite/plan-by-conditions.ts';
import { postponeFields } from './rewrite/postpone-fields.ts';
import { renameAliases } from './rewrite/rename-aliases.ts';
import { restoreInputs } from './rewrite/restore-inputs.ts';
import { separateInputs } from './rewrite/separate-inputs.ts';

/** Plans operations over the subgraphs of one supergraph. */
export interface Planner {
  /**
   * Synchronous; takes from a millisecond to seconds.
   *
   * @param document One valid query or mutation, without introspection and without `__typename` at its root.
   * @returns A value of JSON, whose data stands under the keys of `rewrite/data-keys.ts`; null when no
   *   subgraph has to be asked.
   * @throws {MeshgateError} OPERATION_PLANNING_FAILED, when there is no way or the planner gives up.
   */
  readonly plan: (document: DocumentNode) => PlanNode | null;
}

/**
 * Creates the planner of a supergraph. Synchronous; a large one takes seconds.
 *
 * @param supergraphSdl Of a supergraph that was loaded as a snapshot and so is known to be valid.
 * @throws {MeshgateError} SUPERGRAPH_INVALID, with what is wrong with the text.
 */
export function createPlanner(supergraphSdl: string): Planner {
  const { separated, requiring, supergraph, planner } = loadPlanner(supergraphSdl);
  const apiSchema = supergraph.apiSchema();
  const joinNames = collectJoinNames(supergraphSdl);
  const inputFacts = readInputFacts(separated.document);
  const planOne = (document: DocumentNode): PlanNode | null => {
    const operation = operationFromDocument(apiSchema, document, { validate: false });
    const node = planner.buildQueryPlan(operation).node;
    invariant(node?.kind !== 'Subscription', 'only queries and mutations are planned');
    if (node === undefined) return null;
    if (operation.rootKind !== 'query') return restoreInputs(node, separated);
    const postponed = requiring.size === 0 ? null : postponeFields(node, inputFacts);
    const complete = postponed === null ? node : arrangeFetches(postponed);
    return orderFetches(restoreInputs(complete, separated));
  };
  return {
    plan(document) {
      try {
        return planByConditions(renameAliases(document, joinNames), requiring, planOne);
      } catch (cause) {
        throw new MeshgateError('OPERATION_PLANNING_FAILED', { cause });
      }
    },
  };
}

function loadPlanner(sdl: string) {
  try {
    // Features and rules were checked when the snapshot was loaded; null asks for no second check.
    const separated = separateInputs(orderKeys(parse(sdl, { noLocation: true })));
    const supergraph = Supergraph.build(separated.document, {
      supportedFeatures: null,
      // The real field of a separated input may be external for no other reason, which a check would refuse.
      validateSupergraph: separated.inputs.size === 0,
    });
    const requiring = collectRequiringNames(separated.document);
    // Otherwise objects that stand at one path below several types are loaded together, with the inputs of all.
    const typeConditionedFetching =
      requiring.size > 0 || takesArgumentsFromContext(separated.document);
    const planner = new QueryPlanner(supergraph, { typeConditionedFetching });
    return { separated, requiring, supergraph, planner };
  } catch (cause) {
    throw new MeshgateError('SUPERGRAPH_INVALID', {
      message: `The supergraph schema cannot be planned over: ${(cause as Error).message}`,
      cause,
    });
  }
}

/** @see https://specs.apollo.dev/join/v0.5/ */
function takesArgumentsFromContext(supergraph: DocumentNode): boolean {
  let takes = false;
  visit(supergraph, {
    FieldDefinition: ({ directives = [] }) => {
      takes ||= directives.some((directive) =>
        directive.arguments?.some(
          ({ name, value }) =>
            name.value === 'contextArguments' &&
            value.kind === Kind.LIST &&
            value.values.length > 0,
        ),
      );
    },
  });
  return takes;
}
