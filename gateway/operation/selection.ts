import type { FieldNode, GraphQLCompositeType, GraphQLOutputType } from 'graphql';

/** A `@skip` or `@include` on a variable: the selection counts when the variable has this value. */
export interface Condition {
  readonly variable: string;
  readonly expected: boolean;
}

/** One field of an operation, with its types resolved and its fragments written out. */
export interface FieldSelection {
  readonly kind: 'field';
  /** Alias or name: the key in the answer. */
  readonly responseKey: string;
  readonly name: string;
  readonly node: FieldNode;
  readonly parentType: GraphQLCompositeType;
  readonly type: GraphQLOutputType;
  readonly conditions: readonly Condition[];
  /** Null for leaves. */
  readonly selections: readonly Selection[] | null;
}

/** An inline fragment, or a named one written out where it was spread. */
export interface FragmentSelection {
  readonly kind: 'fragment';
  /** Null where the fragment has no type condition. */
  readonly typeCondition: GraphQLCompositeType | null;
  readonly conditions: readonly Condition[];
  readonly selections: readonly Selection[];
}

/**
 * An operation as a tree without named fragments. Selections are compared by
 * identity: what is said about one occurrence is not said about another.
 */
export type Selection = FieldSelection | FragmentSelection;

/** Tells whether the selection is part of the operation for these values of its condition variables. */
export function isIncluded(
  conditions: readonly Condition[],
  variables: Readonly<Record<string, unknown>>,
): boolean {
  return conditions.every(({ variable, expected }) => variables[variable] === expected);
}
