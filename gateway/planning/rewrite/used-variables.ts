import { type DocumentNode, visit } from 'graphql';

/** Variables besides the representations, as the planner lists them. */
export function usedVariables(document: DocumentNode): string[] {
  const used = collectUsed(document);
  used.delete('representations');
  return [...used];
}

/** Takes out the definitions of variables that nothing uses. */
export function keepUsedVariables(document: DocumentNode): DocumentNode {
  const used = collectUsed(document);
  return visit(document, {
    VariableDefinition: (node) => (used.has(node.variable.name.value) ? undefined : null),
  });
}

function collectUsed(document: DocumentNode): Set<string> {
  const used = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Variable: (node) => void used.add(node.name.value),
  });
  return used;
}
