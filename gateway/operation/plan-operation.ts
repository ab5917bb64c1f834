import { operationFromDocument } from '@apollo/federation-internals';
import type { PlanNode } from '@apollo/query-planner';
import { type DocumentNode, Kind, type OperationDefinitionNode, visit } from 'graphql';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import { invariant } from '../../shared/lang/invariant.ts';
import type { SupergraphSnapshot } from '../supergraph/supergraph-snapshot.ts';
import type { Selection } from './selection.ts';
import { toSelectionSet } from './to-selection-set.ts';

/**
 * Plans how to answer the allowed selections from the subgraphs.
 *
 * Introspection and the root `__typename` are left out: the gateway knows them
 * itself, and subgraphs may name their root types differently. The operation's
 * name is left out too, so that fetches which ask the same have the same text.
 *
 * @returns Null when no subgraph has to be asked.
 * @throws {MeshgateError} OPERATION_PLANNING_FAILED, when the planner finds no way or gives up.
 */
export function planOperation(
  definition: OperationDefinitionNode,
  allowed: readonly Selection[],
  snapshot: SupergraphSnapshot,
): PlanNode | null {
  const asked = allowed.map(withoutGatewayFields).filter((selection) => selection !== null);
  if (asked.length === 0) return null;
  const document = toDocument(definition, asked);
  try {
    const operation = operationFromDocument(snapshot.apiSchema, document, { validate: false });
    const node = snapshot.planner.buildQueryPlan(operation).node;
    invariant(node?.kind !== 'Subscription', 'only queries and mutations are planned');
    return node ?? null;
  } catch (cause) {
    throw new MeshgateError('OPERATION_PLANNING_FAILED', { cause });
  }
}

function withoutGatewayFields(selection: Selection): Selection | null {
  if (selection.kind === 'field') return selection.name.startsWith('__') ? null : selection;
  const selections = selection.selections
    .map(withoutGatewayFields)
    .filter((below) => below !== null);
  return selections.length === 0 ? null : { ...selection, selections };
}

function toDocument(
  definition: OperationDefinitionNode,
  selections: readonly Selection[],
): DocumentNode {
  const selectionSet = toSelectionSet(selections);
  const used = new Set<string>();
  visit(selectionSet, { Variable: (node) => void used.add(node.name.value) });
  const variableDefinitions = definition.variableDefinitions?.filter((variable) =>
    used.has(variable.variable.name.value),
  );
  return {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        kind: Kind.OPERATION_DEFINITION,
        operation: definition.operation,
        variableDefinitions: variableDefinitions ?? [],
        selectionSet,
      },
    ],
  };
}
