import type { PlanNode } from '@apollo/query-planner';
import {
  type DirectiveNode,
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { TYPE_NAME } from './type-name.ts';

/** Variables whose two values are planned apart: at most two to the power of four plans. */
const VARIABLES_SPLIT = 4;

/**
 * Plans a document once for each value of the variables in its `@skip` and `@include`.
 *
 * The planner lets one fetch ask for a field that is skipped and for one that is not, and
 * fetches the input of the first under the condition: where it is skipped, the entity lacks
 * what the fetch requires, and the second field is lost with it. So this is for documents
 * that select a field with `@requires`; with more variables than are split, the others stay.
 *
 * @param requiring Names of the fields with `@requires`.
 * @param plan Plans one document that selects something.
 */
export function planByConditions(
  document: DocumentNode,
  requiring: ReadonlySet<string>,
  plan: (document: DocumentNode) => PlanNode | null,
): PlanNode | null {
  let isNeeded = false;
  const variables = new Set<string>();
  visit(document, {
    Field: ({ name }) => {
      if (requiring.has(name.value)) isNeeded = true;
    },
    Directive: (directive) => {
      const condition = toCondition(directive);
      if (condition !== null) variables.add(condition.variable);
    },
  });
  return isNeeded
    ? split(document, [...variables].slice(0, VARIABLES_SPLIT), plan)
    : plan(document);
}

/** Collects the names of the fields with `@requires` in a supergraph. */
export function collectRequiringNames(supergraph: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(supergraph, {
    FieldDefinition: ({ name, directives = [] }) => {
      const requires = directives.some((directive) =>
        directive.arguments?.some((argument) => argument.name.value === 'requires'),
      );
      if (requires) names.add(name.value);
    },
  });
  return names;
}

function split(
  document: DocumentNode,
  variables: readonly string[],
  plan: (document: DocumentNode) => PlanNode | null,
): PlanNode | null {
  const [variable, ...others] = variables;
  if (variable === undefined) return plan(document);
  const planWith = (value: boolean) => {
    const decided = decide(document, variable, value);
    return decided === null ? null : split(decided, others, plan);
  };
  const [ifClause, elseClause] = [planWith(true), planWith(false)];
  if (ifClause === null && elseClause === null) return null;
  return {
    kind: 'Condition',
    condition: variable,
    ...(ifClause === null ? {} : { ifClause }),
    ...(elseClause === null ? {} : { elseClause }),
  };
}

/** The document as it reads when a variable has this value; null when nothing is selected then. */
function decide(document: DocumentNode, variable: string, value: boolean): DocumentNode | null {
  const select = (set: SelectionSetNode): readonly SelectionNode[] =>
    set.selections.flatMap((node): SelectionNode[] => {
      const directives = decideDirectives(node.directives ?? [], variable, value);
      if (directives === null) return [];
      if (node.kind === Kind.FRAGMENT_SPREAD || node.selectionSet === undefined) {
        return [{ ...node, directives }];
      }
      const below = select(node.selectionSet);
      if (below.length === 0 && node.kind === Kind.INLINE_FRAGMENT) return [];
      const selections = below.length === 0 ? [TYPE_NAME] : below;
      return [{ ...node, directives, selectionSet: { ...node.selectionSet, selections } }];
    });
  const definitions = document.definitions.map((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return definition;
    const selectionSet = {
      ...definition.selectionSet,
      selections: select(definition.selectionSet),
    };
    return { ...definition, selectionSet } satisfies OperationDefinitionNode;
  });
  const selectsNothing = definitions.some(
    (one) => one.kind === Kind.OPERATION_DEFINITION && one.selectionSet.selections.length === 0,
  );
  return selectsNothing ? null : { ...document, definitions };
}

/** The conditions that are still open; null when one of those that are not excludes the selection. */
function decideDirectives(
  directives: readonly DirectiveNode[],
  variable: string,
  value: boolean,
): readonly DirectiveNode[] | null {
  const decided = new Map(
    directives
      .map((directive) => [directive, toCondition(directive)] as const)
      .filter(([, condition]) => condition?.variable === variable),
  );
  if ([...decided.values()].some((condition) => condition?.expected !== value)) return null;
  return directives.filter((directive) => !decided.has(directive));
}

function toCondition({ name, arguments: given }: DirectiveNode) {
  const value = given?.[0]?.value;
  const isCondition = name.value === 'skip' || name.value === 'include';
  return isCondition && value?.kind === Kind.VARIABLE
    ? { variable: value.name.value, expected: name.value === 'include' }
    : null;
}
