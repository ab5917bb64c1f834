import {
  type GraphQLCompositeType,
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
import { type FieldSelection, isIncluded, type Selection } from '../../operation/selection.ts';
import { toDataKey } from '../../planning/rewrite/data-keys.ts';
import type { Effects } from '../../policy/classification.ts';
import type { MaskValue } from '../../policy/mask.ts';
import type { JoinNames } from '../../supergraph/join-names.ts';
import type { TypeLattice } from '../../supergraph/type-lattice.ts';
import { CountedObject, CountedShape, EntityMembers } from './counted-shape.ts';
import type { EntitySlot } from './entity-slot.ts';
import { EnumShape, toScalarShape } from './leaf-shapes.ts';
import { MaskedShape } from './masked-shape.ts';
import { type Members, type ShapedField, toMembers } from './object-members.ts';
import {
  ConstantShape,
  DeniedShape,
  IntrospectionShape,
  ListShape,
  NonNullShape,
  ObjectShape,
  UnknownTypeShape,
} from './project-shape.ts';
import type { Shape } from './shape.ts';
import type { ShownPlaces } from './shown-places.ts';
import { MemorySlots } from './text-memory.ts';

/** Selections of one object, each list with whether it stands below something denied. */
type Occurrences = readonly {
  readonly selections: readonly Selection[];
  readonly denied: boolean;
}[];

interface FieldOccurrence {
  readonly field: FieldSelection;
  readonly denied: boolean;
}

/** By response key. */
type Collected = ReadonlyMap<string, readonly FieldOccurrence[]>;

export interface ProjectionSource {
  readonly schema: GraphQLSchema;
  readonly lattice: TypeLattice;
  /** Names of the fields by which subgraphs are joined. */
  readonly joinNames: JoinNames;
  readonly denied: ReadonlySet<Selection>;
  /** By coordinate of a concrete type: the masks. */
  readonly effects: Effects;
  /** Where values are counted. */
  readonly places: ShownPlaces;
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
  return new ProjectionCompiler(source).object(rootType, [{ selections, denied: false }], {
    inList: false,
    around: null,
  });
}

class ProjectionCompiler {
  readonly #source: ProjectionSource;
  readonly #slots = new MemorySlots();

  constructor(source: ProjectionSource) {
    this.#source = source;
  }

  object(typename: string, occurrences: Occurrences, position: ObjectPosition): ObjectShape {
    const isAbstract = isAbstractType(this.#source.schema.getType(typename));
    return new ObjectShape(typename, isAbstract, (name) =>
      this.#members(name, occurrences, position),
    );
  }

  #members(
    typename: string,
    occurrences: Occurrences,
    { inList, around }: ObjectPosition,
  ): readonly Members[] | null {
    const type = this.#source.schema.getType(typename);
    if (type === undefined || !isCompositeType(type)) return null;
    const collected = new Map<string, FieldOccurrence[]>();
    for (const { selections, denied } of occurrences) {
      this.#collect(typename, selections, denied, collected);
    }
    const { places } = this.#source;
    const slot = places.slotOf(typename, around, (field) => this.#dataKeysOf(field, collected));
    const fields = this.#fields(type, collected, { inList, around: slot });
    const members = toMembers(fields, inList ? this.#slots : null);
    const place = places.ofType(typename, slot);
    const counted = place === null ? members : [...members, new CountedObject(place)];
    return slot === null || slot === around ? counted : [new EntityMembers(counted, slot)];
  }

  /** Under its own name stands nothing else: see `toDataKey`. */
  #dataKeysOf(field: string, collected: Collected): readonly string[] {
    const nodes = [...collected.values()].map(([first]) => (first as FieldOccurrence).field.node);
    const same = nodes.filter(
      ({ name, arguments: given }) => name.value === field && !given?.length,
    );
    return [...new Set([field, ...same.map((node) => toDataKey(node, this.#source.joinNames))])];
  }

  #fields(
    type: GraphQLCompositeType,
    collected: Collected,
    position: ObjectPosition,
  ): readonly ShapedField[] {
    return [...collected].map(([key, fields]) => ({
      key,
      dataKey: toDataKey((fields[0] as FieldOccurrence).field.node, this.#source.joinNames),
      shape: this.#shape(type, fields, position),
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

  #shape(
    parent: GraphQLCompositeType,
    occurrences: readonly FieldOccurrence[],
    { inList, around }: ObjectPosition,
  ): Shape {
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
    const place = this.#source.places.ofField(parent.name, name, around);
    const values = { below, inList, around: around?.hasKey ? around : null, place };
    if (effect?.kind !== 'mask') return this.#ofType(type, { ...values, mask: null });
    // It is null whatever the value is, and no error says so.
    if (effect.mask.kind === 'null') return new DeniedShape(true);
    return this.#ofType(type, { ...values, mask: effect.apply });
  }

  /** The type as the concrete type declares it: an object may promise more than its interface. */
  #fieldType(parent: GraphQLCompositeType, field: FieldSelection): GraphQLOutputType {
    if (isUnionType(parent)) return field.type;
    return parent.getFields()[field.name]?.type ?? field.type;
  }

  #ofType(type: GraphQLOutputType, values: ValuePlace): Shape {
    if (isNonNullType(type)) return new NonNullShape(this.#ofType(type.ofType, values));
    const { inList, place } = values;
    const named = getNamedType(type);
    if (isListType(type)) {
      const element = this.#ofType(type.ofType, { ...values, inList: true });
      return new ListShape(element, inList && isCompositeType(named) ? this.#slots : null);
    }
    const shape = this.#ofNamed(named, values);
    return place === null ? shape : new CountedShape(shape, place);
  }

  #ofNamed(named: GraphQLNamedType, values: ValuePlace): Shape {
    const { below, mask } = values;
    if (isCompositeType(named)) return this.object(named.name, below, values);
    if (isEnumType(named)) return new EnumShape(named.getValues().map(({ name }) => name));
    const scalar = toScalarShape(named.name);
    return mask === null ? scalar : new MaskedShape(scalar, mask);
  }
}

/** Where an object stands. */
interface ObjectPosition {
  /** Whether in a list, so that one value may stand in several places. */
  readonly inList: boolean;
  /** Whose its values are unless it has a key of its own; null where they are its own. */
  readonly around: EntitySlot | null;
}

/** Where the values of one field stand. */
interface ValuePlace extends ObjectPosition {
  readonly below: Occurrences;
  /** Null where they are not counted. */
  readonly place: number | null;
  /** Null shows scalars as they are; no mask fits an enum or an object. */
  readonly mask: MaskValue | null;
}
