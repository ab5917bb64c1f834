import type {
  FetchDataRewrite,
  FetchNode,
  PlanNode,
  QueryPlanSelectionNode,
} from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  parse,
  print,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { INPUT } from './data-keys.ts';
import type { SeparatedInput, SeparatedSupergraph } from './separate-inputs.ts';
import { splitByInputs } from './split-by-inputs.ts';
import { usedVariables } from './used-variables.ts';

/**
 * Turns the separated inputs of a finished plan back into what subgraphs know: in
 * a fetch an alias of the real field with its arguments, in a representation the
 * real name. A representation holds one value under a name, so a fetch whose
 * fields need the same input with different arguments becomes several.
 */
export function restoreInputs(node: PlanNode, separated: SeparatedSupergraph): PlanNode {
  const restore = (child: PlanNode): PlanNode => restoreInputs(child, separated);
  switch (node.kind) {
    case 'Fetch':
      return restoreFetch(node, separated);
    case 'Flatten':
      return { ...node, node: restore(node.node) };
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map(restore) };
    case 'Condition':
      return {
        ...node,
        ...(node.ifClause && { ifClause: restore(node.ifClause) }),
        ...(node.elseClause && { elseClause: restore(node.elseClause) }),
      };
    case 'Defer':
      return node;
  }
}

function restoreFetch(node: FetchNode, separated: SeparatedSupergraph): PlanNode {
  const renames = findRenames(node.requires ?? [], [], separated.inputs);
  if (renames.length === 0 && !node.operation.includes(INPUT)) return node;
  const document = parse(node.operation, { noLocation: true });
  const parts = splitByInputs({ document, requires: node.requires ?? [] }, separated);
  const fetches = parts.map(({ document, requires }): FetchNode => {
    const inputRewrites = [
      ...(node.inputRewrites ?? []),
      ...findRenames(requires, [], separated.inputs),
    ];
    return {
      ...node,
      operation: stripIgnoredCharacters(print(restoreFields(document, separated.inputs))),
      ...(node.requires && { requires: [...requires] }),
      ...(inputRewrites.length > 0 && { inputRewrites }),
      ...(node.variableUsages && { variableUsages: usedVariables(document) }),
    };
  });
  const [only] = fetches;
  return fetches.length === 1 && only !== undefined ? only : { kind: 'Parallel', nodes: fetches };
}

function restoreFields(
  document: DocumentNode,
  inputs: ReadonlyMap<string, SeparatedInput>,
): DocumentNode {
  return visit(document, {
    Field(node): FieldNode | undefined {
      const input = inputs.get(node.name.value);
      if (input === undefined) return undefined;
      return {
        ...node,
        alias: node.alias ?? node.name,
        name: { kind: Kind.NAME, value: input.name },
        arguments: input.arguments,
      };
    },
  });
}

/** One rename for each separated input in what a fetch sends. */
function findRenames(
  requires: readonly QueryPlanSelectionNode[],
  above: readonly string[],
  inputs: ReadonlyMap<string, SeparatedInput>,
): FetchDataRewrite[] {
  return requires.flatMap((selection): FetchDataRewrite[] => {
    if (selection.kind === 'InlineFragment') {
      const { typeCondition } = selection;
      const path = typeCondition === undefined ? above : [...above, `... on ${typeCondition}`];
      return findRenames(selection.selections, path, inputs);
    }
    const path = [...above, selection.alias ?? selection.name];
    const below = findRenames(selection.selections ?? [], path, inputs);
    const real = inputs.get(selection.name)?.name;
    return real === undefined ? below : [...below, { kind: 'KeyRenamer', path, renameKeyTo: real }];
  });
}
