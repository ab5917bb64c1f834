import {
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import type { TagIndex } from '../policy/tag-index.ts';

/** What is looked up. */
export interface TaggedSchema {
  /** What clients see. */
  readonly schema: GraphQLSchema;
  readonly tags: TagIndex;
}

/**
 * Tells whether the text of one call asks for a field that is tagged, or for data of a type that is:
 * something of which governance rules may speak, whatever they say today. What clients cannot see
 * counts as tagged, because nothing is known of it here.
 */
export function asksTagged(operation: string, source: TaggedSchema): boolean {
  return source.tags.size > 0 && new TagSearch(operation, source).find();
}

class TagSearch {
  readonly #source: TaggedSchema;
  readonly #operation: string;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();

  constructor(operation: string, source: TaggedSchema) {
    this.#operation = operation;
    this.#source = source;
  }

  find(): boolean {
    const { definitions } = parse(this.#operation, { noLocation: true });
    for (const one of definitions) {
      if (one.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(one.name.value, one);
    }
    return definitions.some(
      (one) =>
        one.kind === Kind.OPERATION_DEFINITION &&
        this.#finds(one.selectionSet, this.#source.schema.getRootType(one.operation)?.name),
    );
  }

  /** @param typeName Undefined where fragments have to name the type. */
  #finds({ selections }: SelectionSetNode, typeName: string | undefined): boolean {
    return selections.some((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = this.#fragments.get(selection.name.value);
        if (fragment === undefined) return true;
        return this.#findsIn(fragment.selectionSet, fragment.typeCondition.name.value);
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value ?? typeName;
        return this.#findsIn(selection.selectionSet, condition);
      }
      const { name, selectionSet } = selection;
      return this.#findsField(name.value, selectionSet, typeName);
    });
  }

  #findsField(
    name: string,
    selections: SelectionSetNode | undefined,
    typeName: string | undefined,
  ): boolean {
    if (name === '__typename') return false;
    // Entities are asked for by fragments, which name their types.
    if (name === '_entities' && selections !== undefined) return this.#finds(selections, undefined);
    const { schema, tags } = this.#source;
    const type = typeName === undefined ? undefined : schema.getType(typeName);
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
    if (field === undefined || tags.has(`${typeName}.${name}`)) return true;
    return selections !== undefined && this.#findsIn(selections, getNamedType(field.type).name);
  }

  #findsIn(selections: SelectionSetNode, typeName: string | undefined): boolean {
    if (typeName === undefined) return this.#finds(selections, undefined);
    const { schema, tags } = this.#source;
    if (!isCompositeType(schema.getType(typeName)) || tags.has(typeName)) return true;
    return this.#finds(selections, typeName);
  }
}
