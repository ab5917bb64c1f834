/**
 * Inputs that take arguments, separated from the fields that clients ask.
 *
 * The planner knows a field by its response key and forgets its arguments. Where
 * `@requires(fields: "comments(limit: 3) { id }")` meets a client's
 * `comments(limit: 1)`, or another input `comments(limit: 5)`, one of them is
 * planned and all get its rows. So before planning each field with arguments in a
 * `@requires`, with these arguments, becomes a field of its own without any,
 * resolvable wherever the real one is. Clients never see it: operations are
 * validated against the schema without it. `restore-inputs.ts` turns it back in
 * the finished plan.
 *
 * @module
 */
import {
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  print,
  type SelectionSetNode,
  stripIgnoredCharacters,
  type TypeNode,
  visit,
} from 'graphql';
import { INPUT } from './data-keys.ts';
import { parseFieldSet } from './input-facts.ts';

/** What a field that exists for planning only stands for. */
export interface SeparatedInput {
  readonly name: string;
  readonly arguments: readonly ArgumentNode[];
}

export interface SeparatedSupergraph {
  readonly document: DocumentNode;
  /** By the name that they have in planning; empty when no input takes arguments. */
  readonly inputs: ReadonlyMap<string, SeparatedInput>;
  /** Names of the separated inputs of a field, by its coordinate `Type.field`. */
  readonly inputsOf: ReadonlyMap<string, ReadonlySet<string>>;
}

type FieldsType = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/** Separates the inputs of a supergraph. */
export function separateInputs(supergraph: DocumentNode): SeparatedSupergraph {
  const separation = new Separation(supergraph);
  const rewritten = visit(supergraph, {
    ObjectTypeDefinition: (type) => separation.rewriteType(type),
    InterfaceTypeDefinition: (type) => separation.rewriteType(type),
  });
  const { inputs, inputsOf } = separation;
  if (inputs.size === 0) return { document: supergraph, inputs, inputsOf };
  const document = visit(rewritten, {
    ObjectTypeDefinition: (type) => separation.addInputs(type),
    InterfaceTypeDefinition: (type) => separation.addInputs(type),
  });
  return { document, inputs, inputsOf };
}

class Separation {
  readonly inputs = new Map<string, SeparatedInput>();
  readonly inputsOf = new Map<string, Set<string>>();
  readonly #types = new Map<string, FieldsType>();
  readonly #fieldNames = new Set<string>();
  /** Name in planning, by the text of field and arguments. */
  readonly #names = new Map<string, string>();
  /** Names in planning of the inputs that each type has to have. */
  readonly #added = new Map<string, Set<string>>();

  constructor(supergraph: DocumentNode) {
    for (const definition of supergraph.definitions) {
      if (!isFieldsType(definition)) continue;
      this.#types.set(definition.name.value, definition);
      for (const field of definition.fields ?? []) this.#fieldNames.add(field.name.value);
    }
  }

  /** Rewrites the `@requires` of one type's fields. */
  rewriteType<Type extends FieldsType>(type: Type): Type {
    const fields = type.fields?.map((field) => {
      const coordinate = `${type.name.value}.${field.name.value}`;
      const directives = field.directives?.map((directive) =>
        this.#rewriteDirective(directive, type.name.value, coordinate),
      );
      return { ...field, ...(directives && { directives }) };
    });
    return { ...type, ...(fields && { fields }) };
  }

  #rewriteDirective(node: DirectiveNode, type: string, coordinate: string): DirectiveNode {
    if (node.name.value !== 'join__field') return node;
    const rewritten = node.arguments?.map((argument) => {
      const { name, value } = argument;
      if (name.value !== 'requires' || value.kind !== Kind.STRING) return argument;
      const set = this.#rewriteSet(parseFieldSet(value.value), type, coordinate);
      const text = stripIgnoredCharacters(print(set)).slice(1, -1);
      return { ...argument, value: { kind: Kind.STRING as const, value: text } };
    });
    return { ...node, ...(rewritten && { arguments: rewritten }) };
  }

  #rewriteSet(set: SelectionSetNode, type: string, coordinate: string): SelectionSetNode {
    const selections = set.selections.map((node) => {
      if (node.kind === Kind.FRAGMENT_SPREAD) return node;
      if (node.kind === Kind.INLINE_FRAGMENT) {
        const condition = node.typeCondition?.name.value ?? type;
        return {
          ...node,
          selectionSet: this.#rewriteSet(node.selectionSet, condition, coordinate),
        };
      }
      const definition = this.#fieldOf(type, node.name.value);
      if (definition === undefined) return node;
      const { selectionSet } = node;
      const below = namedType(definition.type);
      const nested = selectionSet && this.#rewriteSet(selectionSet, below, coordinate);
      const field = { ...node, ...(nested && { selectionSet: nested }) };
      if (!definition.arguments?.length) return field;
      const value = this.#separate(type, node, coordinate);
      return { ...field, name: { kind: Kind.NAME as const, value }, arguments: [] };
    });
    return { ...set, selections };
  }

  /** @returns The name of the input in planning. */
  #separate(type: string, node: FieldNode, coordinate: string): string {
    const { selectionSet: _, alias: __, ...asked } = node;
    const text = print(asked);
    const name = this.#names.get(text) ?? this.#nameInput(node.name.value);
    this.#names.set(text, name);
    this.inputs.set(name, { name: node.name.value, arguments: node.arguments ?? [] });
    addTo(this.inputsOf, coordinate, name);
    addTo(this.#added, type, name);
    // An object has every field of its interfaces.
    for (const other of this.#types.values()) {
      if (other.interfaces?.some((one) => one.name.value === type)) {
        addTo(this.#added, other.name.value, name);
      }
    }
    return name;
  }

  #nameInput(field: string): string {
    let number = this.#names.size;
    while (this.#fieldNames.has(`${INPUT}${number}_${field}`)) number += 1;
    return `${INPUT}${number}_${field}`;
  }

  /** Adds to one type, whose `@requires` are rewritten, the inputs that it has to have. */
  addInputs<Type extends FieldsType>(type: Type): Type | undefined {
    const added: FieldDefinitionNode[] = [];
    for (const name of this.#added.get(type.name.value) ?? []) {
      const real = this.inputs.get(name)?.name;
      const field = type.fields?.find((one) => one.name.value === real);
      if (field === undefined) continue;
      const { arguments: _, description: __, ...copied } = field;
      const directives = field.directives?.filter((one) => one.name.value === 'join__field') ?? [];
      added.push({ ...copied, name: { kind: Kind.NAME, value: name }, directives });
      // An input may have inputs of its own.
      const inputs = this.inputsOf.get(`${type.name.value}.${real}`);
      if (inputs !== undefined) this.inputsOf.set(`${type.name.value}.${name}`, inputs);
    }
    return added.length === 0 ? undefined : { ...type, fields: [...(type.fields ?? []), ...added] };
  }

  #fieldOf(type: string, field: string): FieldDefinitionNode | undefined {
    return this.#types.get(type)?.fields?.find((one) => one.name.value === field);
  }
}

function isFieldsType(node: { readonly kind: string }): node is FieldsType {
  return node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
  sets.set(key, (sets.get(key) ?? new Set()).add(value));
}
