import type { Directive, EnumType, Schema } from '@apollo/federation-internals';

/** An element that says by directives which subgraphs have it. */
interface Joined {
  appliedDirectivesOf(name: string): Directive[];
}

/** Finds the names of the subgraphs that offer an element, in the order of the schema. */
export interface FindOffering {
  ofType(type: Joined): readonly string[];
  /** Subgraphs that have a field for their keys and inputs only do not offer it. */
  ofField(type: Joined, field: Joined): readonly string[];
}

const JOIN = 'https://specs.apollo.dev/join';

/**
 * Builds a `FindOffering` for a supergraph.
 *
 * @see https://specs.apollo.dev/join/v0.5/
 */
export function createFindOffering(schema: Schema): FindOffering {
  const join = schema.coreFeatures?.getByIdentity(JOIN);
  if (join === undefined) return { ofType: () => [], ofField: () => [] };
  const typeDirective = join.directiveNameInSchema('type');
  const fieldDirective = join.directiveNameInSchema('field');
  const graphs = schema.type(join.typeNameInSchema('Graph')) as EnumType | undefined;
  const names = new Map(
    graphs?.values.map((value) => {
      const [graph] = value.appliedDirectivesOf(join.directiveNameInSchema('graph'));
      return [value.name, String(graph?.arguments().name ?? value.name)] as const;
    }),
  );
  const namesOf = (directives: readonly Directive[]): readonly string[] => {
    const values = directives.flatMap((directive) => {
      const { graph, external } = directive.arguments() as { graph?: string; external?: boolean };
      return graph === undefined || external === true ? [] : [graph];
    });
    return [...new Set(values.map((value) => names.get(value) ?? value))];
  };
  const ofType = (type: Joined): readonly string[] =>
    namesOf(type.appliedDirectivesOf(typeDirective));
  return {
    ofType,
    ofField(type, field) {
      const own = namesOf(field.appliedDirectivesOf(fieldDirective));
      // A field that says nothing is in every subgraph that has its type.
      return own.length === 0 ? ofType(type) : own;
    },
  };
}
