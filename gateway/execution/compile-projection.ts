import {
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { type FieldSelection, isIncluded, type Selection } from '../operation/selection.ts';
import { toDataKey } from '../planning/rewrite/data-keys.ts';
import type { Effects } from '../policy/classification.ts';
import type { MaskValue } from '../policy/mask.ts';
import type { JoinNames } from '../supergraph/join-names.ts';
import type { TypeLattice } from '../supergraph/type-lattice.ts';
import {
  ConstantShape,
  DeniedShape,
  IntrospectionShape,
  LeafShape,
  ListShape,
  MaskedShape,
  NonNullShape,
  ObjectShape,
  type Shape,
  type ShapedField,
  UnknownTypeShape,
} from './project-shape.ts';

/** Selections of one object, each list with whether it stands below something denied. */
type Occurrences = readonly {
  readonly selections: readonly Selection[];
  readonly denied: boolean;
}[];

interface FieldOccurrence {
  readonly field: FieldSelection;
  readonly denied: boolean;
}

export interface ProjectionSource {
  readonly schema: GraphQLSchema;
  readonly lattice: TypeLattice;
  /** Names of the fields by which subgraphs are joined. */
  readonly joinNames: JoinNames;
  readonly denied: ReadonlySet<Selection>;
  /** By coordinate of a concrete type: the masks. */
  readonly effects: Effects;
  /** Values of the variables that `@skip` and `@include` depend on. */
  readonly conditions: Readonly<Record<string, unknown>>;
}

/**
 * Compiles the selections of an operation into the shape of its answer.
 *
 * Plans fetch more than was asked (keys, inputs of other fields) and in another
 * order; the shape picks what the client selected, in the client's order. It is
 * compiled for one set of values of the condition variables, so that what is left
 * out costs nothing and fields of one response key are merged once, and for each
 * concrete type when the first object of that type comes along.
 *
 * @see https://spec.graphql.org/October2021/#CollectFields()
 */
export function compileProjection(
  rootType: string,
  selections: readonly Selection[],
  source: ProjectionSource,
): ObjectShape {
  return new ProjectionCompiler(source).object(rootType, false, [{ selections, denied: false }]);
}

class ProjectionCompiler {
  readonly #source: ProjectionSource;

  constructor(source: ProjectionSource) {
    this.#source = source;
  }

  object(typename: string, abstract: boolean, occurrences: Occurrences): ObjectShape {
    return new ObjectShape(typename, abstract, (name) => this.#fields(name, occurrences));
  }

  #fields(typename: string, occurrences: Occurrences): readonly ShapedField[] | null {
    const type = this.#source.schema.getType(typename);
    if (type === undefined || !isCompositeType(type)) return null;
    const collected = new Map<string, FieldOccurrence[]>();
    for (const { selections, denied } of occurrences) {
      this.#collect(typename, selections, denied, collected);
    }
    return [...collected].map(([key, fields]) => ({
      key,
      dataKey: toDataKey((fields[0] as FieldOccurrence).field.node, this.#source.joinNames),
      shape: this.#shape(type, fields),
    }));
  }

  #collect(
    typename: string,
    selections: readonly Selection[],
    above: boolean,
    collected: Map<string, FieldOccurrence[]>,
  ): void {
    for (const selection of selections) {
      if (!isIncluded(selection.conditions, this.#source.conditions)) continue;
      const denied = above || this.#source.denied.has(selection);
      if (selection.kind === 'field') {
        const same = collected.get(selection.responseKey);
        if (same === undefined)
          collected.set(selection.responseKey, [{ field: selection, denied }]);
        else same.push({ field: selection, denied });
      } else if (this.#applies(typename, selection.typeCondition?.name)) {
        this.#collect(typename, selection.selections, denied, collected);
      }
    }
  }

  #applies(typename: string, condition: string | undefined): boolean {
    return condition === undefined || this.#source.lattice.isSubtype(typename, condition);
  }

  #shape(parent: GraphQLNamedType, occurrences: readonly FieldOccurrence[]): Shape {
    const [first] = occurrences as readonly [FieldOccurrence];
    const { name, responseKey } = first.field;
    if (name === '__typename') {
      return isObjectType(parent) ? new ConstantShape(parent.name) : new UnknownTypeShape();
    }
    if (name.startsWith('__')) return new IntrospectionShape(responseKey);
    const type = this.#fieldType(parent, first.field);
    if (occurrences.every(({ denied }) => denied)) return new DeniedShape(!isNonNullType(type));
    const below = occurrences.flatMap(({ field, denied }) =>
      field.selections === null ? [] : [{ selections: field.selections, denied }],
    );
    const effect = this.#source.effects.get(`${parent.name}.${name}`);
    if (effect?.kind !== 'mask') return this.#ofType(type, below, null);
    // It is null whatever the value is, and no error says so.
    if (effect.mask.kind === 'null') return new DeniedShape(true);
    return this.#ofType(type, below, effect.apply);
  }

  /** The type as the concrete type declares it: an object may promise more than its interface. */
  #fieldType(parent: GraphQLNamedType, field: FieldSelection): GraphQLOutputType {
    if (!isCompositeType(parent) || isUnionType(parent)) return field.type;
    return parent.getFields()[field.name]?.type ?? field.type;
  }

  /** @param mask Of the values; null shows them as they are. */
  #ofType(type: GraphQLOutputType, below: Occurrences, mask: MaskValue | null): Shape {
    if (isNonNullType(type)) return new NonNullShape(this.#ofType(type.ofType, below, mask));
    if (isListType(type)) return new ListShape(this.#ofType(type.ofType, below, mask));
    const named = getNamedType(type);
    if (isCompositeType(named)) return this.object(named.name, isAbstractType(named), below);
    const accepts = acceptsOf(named);
    return mask === null ? new LeafShape(accepts) : new MaskedShape(accepts, mask);
  }
}

function acceptsOf(type: GraphQLNamedType): (value: unknown) => boolean {
  if (isEnumType(type)) return (value) => typeof value === 'string' && !!type.getValue(value);
  switch (type.name) {
    case 'Int':
      return Number.isInteger;
    case 'Float':
      return (value) => typeof value === 'number';
    case 'Boolean':
      return (value) => typeof value === 'boolean';
    case 'String':
      return (value) => typeof value === 'string';
    case 'ID':
      return (value) => typeof value === 'string' || Number.isInteger(value);
    default:
      // A key that no object has can still be found on its prototype.
      return (value) => typeof value !== 'function';
  }
}
