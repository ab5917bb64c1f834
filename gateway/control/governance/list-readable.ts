import {
  type GraphQLCompositeType,
  type GraphQLField,
  isCompositeType,
  isIntrospectionType,
  isObjectType,
  isUnionType,
} from 'graphql';
import {
  requirementsOfField,
  requirementsOfTypes,
} from '../../operation/operation-requirements.ts';
import { findReadCoordinates } from '../../operation/read-coordinates.ts';
import {
  type AccessReason,
  findMaskReasons,
  findRefusalReasons,
} from '../../policy/access-reasons.ts';
import type { Classification } from '../../policy/classification.ts';
import type { Requirement, Rights } from '../../policy/requirement.ts';
import type { SupergraphSnapshot } from '../../supergraph/supergraph-snapshot.ts';

/** A type or field that clients see, with all that has to hold for somebody who reads it. */
export interface ReadableElement {
  readonly coordinate: string;
  readonly kind: 'type' | 'field';
  readonly required: readonly Requirement[];
  /** What it touches: governance rules may refuse any of it. */
  readonly touched: readonly string[];
  /** Where its values stand: governance rules may mask them there. */
  readonly valuesAt: readonly string[];
}

/** What one caller reads of an element, and why not all. */
export interface ElementAccess {
  readonly coordinate: string;
  readonly kind: 'type' | 'field';
  readonly read: 'yes' | 'masked' | 'no';
  readonly reasons: readonly AccessReason[];
}

/**
 * Lists the types with fields and unions that clients see, each followed by its fields, in order of
 * their names. A field asks what its own requirement says, and those of the type it stands on and of the type it returns.
 */
export function listReadableElements(snapshot: SupergraphSnapshot): readonly ReadableElement[] {
  return Object.values(snapshot.schema.getTypeMap())
    .filter(
      (type): type is GraphQLCompositeType => isCompositeType(type) && !isIntrospectionType(type),
    )
    .sort(byName)
    .flatMap((type) => [
      {
        coordinate: type.name,
        kind: 'type',
        required: requirementsOfTypes([type.name], snapshot.requirements),
        touched: [type.name],
        valuesAt: [],
      } as const,
      ...Object.values(isUnionType(type) ? {} : type.getFields())
        .sort(byName)
        .map((field) => toReadableField(type, field, snapshot)),
    ]);
}

function toReadableField(
  parentType: GraphQLCompositeType,
  { name, type }: GraphQLField<unknown, unknown>,
  snapshot: SupergraphSnapshot,
): ReadableElement {
  const { requirements, lattice } = snapshot;
  const field = { name, parentType, type, asksDirectly: false };
  const objects = isObjectType(parentType)
    ? [parentType.name]
    : lattice.possibleTypes(parentType.name);
  return {
    coordinate: `${parentType.name}.${name}`,
    kind: 'field',
    required: [
      ...requirementsOfField(parentType, name, type, requirements, lattice),
      ...requirementsOfTypes([parentType.name], requirements),
    ],
    touched: [parentType.name, ...findReadCoordinates(field, snapshot)],
    valuesAt: objects.map((object) => `${object}.${name}`),
  };
}

/** Says of every element what one caller reads of it. */
export function decideReadable(
  elements: readonly ReadableElement[],
  rights: Rights,
  classification: Classification,
): readonly ElementAccess[] {
  const opened = classification.openedBy(rights);
  return elements.map(({ coordinate, kind, required, touched, valuesAt }) => {
    const effects = classification.effectsOf([...touched, ...valuesAt], rights);
    const refusals = findRefusalReasons(required, touched, opened, effects);
    if (refusals.length > 0) return { coordinate, kind, read: 'no', reasons: refusals };
    const masks = findMaskReasons(valuesAt, effects);
    return { coordinate, kind, read: masks.length > 0 ? 'masked' : 'yes', reasons: masks };
  });
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : 1;
}
