import { Kind, type SelectionNode, type SelectionSetNode } from 'graphql';
import type { Selection } from './selection.ts';

/** Writes expanded selections as a GraphQL selection set again, without named fragments. */
export function toSelectionSet(selections: readonly Selection[]): SelectionSetNode {
  return { kind: Kind.SELECTION_SET, selections: selections.map(toNode) };
}

function toNode(selection: Selection): SelectionNode {
  if (selection.kind === 'field') {
    if (selection.selections === null) return selection.node;
    return { ...selection.node, selectionSet: toSelectionSet(selection.selections) };
  }
  const selectionSet = toSelectionSet(selection.selections);
  const directives = selection.conditions.map(({ variable, expected }) => ({
    kind: Kind.DIRECTIVE as const,
    name: { kind: Kind.NAME as const, value: expected ? 'include' : 'skip' },
    arguments: [
      {
        kind: Kind.ARGUMENT as const,
        name: { kind: Kind.NAME as const, value: 'if' },
        value: {
          kind: Kind.VARIABLE as const,
          name: { kind: Kind.NAME as const, value: variable },
        },
      },
    ],
  }));
  const fragment = { kind: Kind.INLINE_FRAGMENT as const, directives, selectionSet };
  return selection.typeCondition === null
    ? fragment
    : {
        ...fragment,
        typeCondition: {
          kind: Kind.NAMED_TYPE,
          name: { kind: Kind.NAME, value: selection.typeCondition.name },
        },
      };
}
