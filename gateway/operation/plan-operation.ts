import type { PlanNode } from '@apollo/query-planner';
import { type DocumentNode, Kind, type OperationDefinitionNode, visit } from 'graphql';
import { invariant } from '../../shared/lang/invariant.ts';
import type { SupergraphSnapshot } from '../supergraph/supergraph-snapshot.ts';
import { askForKeys } from './ask-for-keys.ts';
import { narrowSelections } from './narrow-selections.ts';
import type { Selection } from './selection.ts';
import { toSelectionSet } from './to-selection-set.ts';

/**
 * Plans a document over the subgraphs of a snapshot; see `gateway/planning/`.
 *
 * @returns Null when no subgraph has to be asked.
 * @throws {MeshgateError} OPERATION_PLANNING_FAILED, when there is no way or the planner gives up.
 */
export type PlanDocument = (
  document: DocumentNode,
  snapshot: SupergraphSnapshot,
) => PlanNode | null | Promise<PlanNode | null>;

/**
 * Plans how to answer the allowed selections from the subgraphs.
 *
 * Introspection and the root `__typename` are left out: the gateway knows them
 * itself, and subgraphs may name their root types differently. The operation's
 * name is left out too, so that fetches which ask the same have the same text.
 *
 * @param keyed Coordinates of which it is to be known whose the values are; see `askForKeys`.
 * @returns Null when no subgraph has to be asked.
 * @throws {MeshgateError} OPERATION_PLANNING_FAILED, when the planner finds no way or gives up.
 */
export function planOperation(
  definition: OperationDefinitionNode,
  allowed: readonly Selection[],
  keyed: readonly string[],
  snapshot: SupergraphSnapshot,
  plan: PlanDocument,
): PlanNode | null | Promise<PlanNode | null> {
  const asked = allowed.map(withoutGatewayFields).filter((selection) => selection !== null);
  const { schema } = snapshot;
  const rootType = schema.getRootType(definition.operation);
  invariant(rootType, 'a validated operation has a root type');
  const known = askForKeys(rootType, asked, keyed, snapshot);
  const narrowed = narrowSelections(schema, rootType, known);
  return narrowed.length === 0 ? null : plan(toDocument(definition, narrowed), snapshot);
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
