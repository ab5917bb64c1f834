import { type DirectiveNode, type DocumentNode, Kind, visit } from 'graphql';

/**
 * Puts the keys by which a subgraph finds an entity before those it only hands out.
 *
 * To come back to a subgraph with the input of a field, the planner takes the first
 * key that the type has there, also where the subgraph finds nothing by it
 * (`resolvable: false`).
 */
export function orderKeys(supergraph: DocumentNode): DocumentNode {
  const order = <Type extends { readonly directives?: readonly DirectiveNode[] | undefined }>(
    type: Type,
  ): Type | undefined => {
    const directives = type.directives ?? [];
    if (!directives.some(isUnresolvable)) return undefined;
    const ordered = directives.toSorted(
      (one, other) => Number(isUnresolvable(one)) - Number(isUnresolvable(other)),
    );
    return { ...type, directives: ordered };
  };
  return visit(supergraph, { ObjectTypeDefinition: order, InterfaceTypeDefinition: order });
}

function isUnresolvable(directive: DirectiveNode): boolean {
  if (directive.name.value !== 'join__type') return false;
  return (directive.arguments ?? []).some(
    ({ name, value }) => name.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value,
  );
}
