import { executeSync, type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql';
import { invariant } from '../../shared/lang/invariant.ts';
import type { Selection } from '../operation/selection.ts';
import { toSelectionSet } from '../operation/to-selection-set.ts';
import type { JsonObject } from './json.ts';

/** Answers the introspection fields of one operation, by response key. */
export type Introspect = (variables: Readonly<JsonObject>) => JsonObject;

/**
 * Compiles the `__schema` and `__type` fields of an operation. No subgraph is
 * asked: the gateway's own API schema answers.
 *
 * @param schemaOf Called for each answer, so that a schema of few callers need not be kept.
 * @returns Null when the operation has none.
 */
export function compileIntrospection(
  schemaOf: () => GraphQLSchema,
  definition: OperationDefinitionNode,
  selections: readonly Selection[],
): Introspect | null {
  const fields = selections.flatMap(introspectionFields);
  if (fields.length === 0) return null;
  const document = {
    kind: Kind.DOCUMENT as const,
    definitions: [{ ...definition, selectionSet: toSelectionSet(fields) }],
  };
  return (variableValues) => {
    const { data, errors } = executeSync({
      schema: schemaOf(),
      document,
      variableValues: { ...variableValues },
    });
    invariant(errors === undefined && data, 'introspection of a valid schema has no errors');
    return data;
  };
}

function introspectionFields(selection: Selection): readonly Selection[] {
  if (selection.kind === 'fragment') return selection.selections.flatMap(introspectionFields);
  return selection.name === '__schema' || selection.name === '__type' ? [selection] : [];
}
