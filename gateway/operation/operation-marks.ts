import {
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInputType,
  isUnionType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { invariant } from '../../shared/lang/invariant.ts';
import type { TagIndex } from '../policy/tag-index.ts';
import type { TypeLattice } from '../supergraph/type-lattice.ts';
import { visitLiteral, visitReachable, visitValue } from './given-coordinates.ts';
import { findReadCoordinates } from './read-coordinates.ts';
import type { FieldSelection, Selection } from './selection.ts';

/** Coordinates with tags that one selection touches. */
export interface SelectionMarks {
  /** Types and fields that it reads. */
  readonly read: readonly string[];
  /** Arguments, input fields and enum values that it gives. */
  readonly given: readonly string[];
}

/** A variable by which something with tags may be given. */
export interface MarkedVariable {
  readonly name: string;
  readonly type: GraphQLInputType;
  /** What a value of the type can give. */
  readonly reachable: readonly string[];
  /** What the schema's defaults give where the variable is absent. */
  readonly ifAbsent: readonly string[];
}

/** What an operation touches that data products have tagged; rules say what follows. */
export interface OperationMarks {
  /** All coordinates, sorted, each once. */
  readonly coordinates: readonly string[];
  /** All fields with tags of the types that it touches, asked for or not, sorted. */
  readonly around: readonly string[];
  /** A selection that is absent touches nothing. */
  readonly ofSelection: ReadonlyMap<Selection, SelectionMarks>;
  readonly variables: readonly MarkedVariable[];
}

/** Most operations touch nothing, and so do all where nothing is tagged. */
const NO_MARKS: OperationMarks = {
  coordinates: [],
  around: [],
  ofSelection: new Map(),
  variables: [],
};

/** What marks are looked up in. */
export interface MarkSource {
  readonly schema: GraphQLSchema;
  readonly tags: TagIndex;
  readonly lattice: TypeLattice;
}

/**
 * Looks up what every selection of an operation touches.
 *
 * Paths are the same as those of requirements: a field touches itself, the type it returns and, on
 * an interface, that field of every implementation. What is given counts wherever it is written:
 * in arguments, deep in input objects, as a schema's default, or in a variable.
 */
export function collectOperationMarks(
  rootType: string,
  selections: readonly Selection[],
  definition: OperationDefinitionNode,
  source: MarkSource,
): OperationMarks {
  if (source.tags.size === 0) return NO_MARKS;
  const collection = new MarkCollection(source);
  for (const selection of selections) collection.visit(selection, [rootType]);
  return collection.finish(definition);
}

class MarkCollection {
  readonly #source: MarkSource;
  readonly #ofSelection = new Map<Selection, SelectionMarks>();
  readonly #ifAbsent = new Map<string, Set<string>>();
  readonly #types = new Set<string>();

  constructor(source: MarkSource) {
    this.#source = source;
  }

  visit(selection: Selection, around: readonly string[]): void {
    const condition = selection.kind === 'field' ? null : selection.typeCondition;
    const read =
      selection.kind === 'field'
        ? this.#readBy(selection)
        : condition === null
          ? []
          : [condition.name];
    this.#noteTypes(selection, around);
    const marks = {
      read: this.#tagged([...around, ...read]),
      given: this.#tagged(selection.kind === 'field' ? this.#givenBy(selection) : []),
    };
    if (marks.read.length + marks.given.length > 0) this.#ofSelection.set(selection, marks);
    for (const below of selection.selections ?? []) this.visit(below, []);
  }

  finish(definition: OperationDefinitionNode): OperationMarks {
    const variables = (definition.variableDefinitions ?? []).flatMap(({ variable, type: node }) => {
      const type = typeFromAST(this.#source.schema, node);
      invariant(isInputType(type), 'a validated variable is of an input type');
      const reachable: string[] = [];
      visitReachable(type, (coordinate) => reachable.push(coordinate));
      const name = variable.name.value;
      const marked: MarkedVariable = {
        name,
        type,
        reachable: this.#tagged(reachable),
        ifAbsent: [...(this.#ifAbsent.get(name) ?? [])].sort(),
      };
      return marked.reachable.length + marked.ifAbsent.length > 0 ? [marked] : [];
    });
    const coordinates = new Set<string>();
    for (const { read, given } of this.#ofSelection.values()) {
      for (const coordinate of [...read, ...given]) coordinates.add(coordinate);
    }
    for (const { reachable, ifAbsent } of variables) {
      for (const coordinate of [...reachable, ...ifAbsent]) coordinates.add(coordinate);
    }
    return {
      coordinates: [...coordinates].sort(),
      around: this.#around(),
      ofSelection: this.#ofSelection,
      variables,
    };
  }

  #noteTypes(selection: Selection, around: readonly string[]): void {
    for (const name of around) this.#types.add(name);
    const type =
      selection.kind === 'field' ? getNamedType(selection.type) : selection.typeCondition;
    if (type === null || !isCompositeType(type)) return;
    for (const name of this.#source.lattice.possibleTypes(type.name)) this.#types.add(name);
  }

  #around(): readonly string[] {
    const byType = fieldsByType(this.#source.tags);
    return [...this.#types].flatMap((name) => byType.get(name) ?? []).sort();
  }

  #tagged(coordinates: readonly string[]): readonly string[] {
    const { tags } = this.#source;
    return [...new Set(coordinates)].filter((coordinate) => tags.has(coordinate)).sort();
  }

  #readBy({ name, parentType, type, selections }: FieldSelection): readonly string[] {
    if (name.startsWith('__')) return [];
    const asksDirectly = selections?.some((one) => one.kind === 'field' && !isTypeName(one));
    const field = { name, parentType, type, asksDirectly: asksDirectly === true };
    return findReadCoordinates(field, this.#source);
  }

  #givenBy({ name, parentType, node }: FieldSelection): readonly string[] {
    if (name.startsWith('__') || isUnionType(parentType)) return [];
    const given: string[] = [];
    const add = (coordinate: string) => void given.push(coordinate);
    for (const argument of parentType.getFields()[name]?.args ?? []) {
      const value = node.arguments?.find((one) => one.name.value === argument.name)?.value;
      if (value === undefined && argument.defaultValue === undefined) continue;
      add(`${parentType.name}.${name}(${argument.name}:)`);
      if (value === undefined) visitValue(argument.type, argument.defaultValue, add);
      else visitLiteral(argument.type, value, this.#visitor(add), argument);
    }
    return given;
  }

  #visitor(coordinate: (coordinate: string) => void) {
    return {
      coordinate,
      variable: (name: string, place: Parameters<typeof visitLiteral>[3]) => {
        if (!place || place.defaultValue === undefined) return;
        const found: string[] = [];
        visitValue(place.type, place.defaultValue, (one) => void found.push(one));
        const known = this.#ifAbsent.get(name) ?? [];
        this.#ifAbsent.set(name, new Set([...known, ...this.#tagged(found)]));
      },
    };
  }
}

const fieldsByTags = new WeakMap<TagIndex, ReadonlyMap<string, readonly string[]>>();

/** Fields with tags, by the type that they stand on. */
function fieldsByType(tags: TagIndex): ReadonlyMap<string, readonly string[]> {
  const known = fieldsByTags.get(tags);
  if (known !== undefined) return known;
  const byType = new Map<string, string[]>();
  for (const coordinate of tags.keys()) {
    const [type = '', field = ''] = coordinate.split('.');
    // What has an argument in it is not read.
    if (field === '' || field.includes('(')) continue;
    byType.set(type, [...(byType.get(type) ?? []), coordinate]);
  }
  fieldsByTags.set(tags, byType);
  return byType;
}

function isTypeName({ name }: FieldSelection): boolean {
  return name === '__typename';
}
