import {
  type GraphQLCompositeType,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isIntrospectionType,
  isUnionType,
} from 'graphql';
import { isSatisfied, type Requirement, type Rights } from '../policy/requirement.ts';
import type { SupergraphSnapshot } from '../supergraph/supergraph-snapshot.ts';
import { requirementsOfField, requirementsOfTypes } from './operation-requirements.ts';
import { findReadCoordinates } from './read-coordinates.ts';

/** What of a supergraph somebody can use. */
export interface UsableParts {
  /** Names of composite types. */
  readonly types: ReadonlySet<string>;
  /** Coordinates of fields, each of a type that is in `types`. */
  readonly fields: ReadonlySet<string>;
}

/** A caller, as far as it decides what can be used. */
export interface UsingCaller {
  /** Held against requirements. */
  readonly rights: Rights;
  /** Coordinates that governance rules deny to the caller. */
  readonly denied: ReadonlySet<string>;
}

/**
 * Finds the fields that a caller may select together with something below them, down to a leaf, and
 * the types that have such fields. A type that asks for more than the caller has, or that rules deny, is
 * none of them.
 */
export function findUsableParts(
  snapshot: SupergraphSnapshot,
  { rights, denied }: UsingCaller,
): UsableParts {
  const { schema, requirements, lattice } = snapshot;
  const mayUse = (required: readonly Requirement[]) =>
    required.every((one) => isSatisfied(one, rights));
  const composite = Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLCompositeType => isCompositeType(type) && !isIntrospectionType(type),
  );
  const kept = composite.filter(
    ({ name }) => !denied.has(name) && mayUse(requirementsOfTypes([name], requirements)),
  );
  const types = new Set(kept.map(({ name }) => name));
  const fields = new Set(
    kept.flatMap((parent) =>
      Object.values(fieldsOf(parent))
        .filter(({ name, type }) =>
          mayUse(requirementsOfField(parent, name, type, requirements, lattice)),
        )
        .filter(({ name, type }) => !isDenied(parent, name, type, snapshot, denied))
        .map(({ name }) => `${parent.name}.${name}`),
    ),
  );
  // What leads to nothing goes, and then what has led to that.
  const users = findUsers(composite);
  const pending = new Set(kept);
  for (const type of pending) {
    pending.delete(type);
    if (!types.has(type.name) || !takeAway(schema, type, types, fields)) continue;
    for (const user of users.get(type.name) ?? []) pending.add(user);
  }
  return { types, fields };
}

/** Whether reading a field reads something that is denied, whatever is asked of what it returns. */
function isDenied(
  parentType: GraphQLCompositeType,
  name: string,
  type: GraphQLOutputType,
  source: SupergraphSnapshot,
  denied: ReadonlySet<string>,
): boolean {
  if (denied.size === 0) return false;
  const field = { name, parentType, type, asksDirectly: false };
  return findReadCoordinates(field, source).some((coordinate) => denied.has(coordinate));
}

/** By name of a type: the types that have to be looked at again when it loses something. */
function findUsers(
  composite: readonly GraphQLCompositeType[],
): ReadonlyMap<string, readonly GraphQLCompositeType[]> {
  const users = new Map<string, GraphQLCompositeType[]>();
  const note = (used: GraphQLOutputType, user: GraphQLCompositeType) => {
    const { name } = getNamedType(used);
    const known = users.get(name) ?? [];
    if (known.at(-1) !== user) known.push(user);
    users.set(name, known);
  };
  for (const type of composite) {
    for (const field of Object.values(fieldsOf(type))) note(field.type, type);
    if (isUnionType(type)) for (const member of type.getTypes()) note(member, type);
    else for (const one of type.getInterfaces()) note(type, one);
  }
  return users;
}

/** Fields by name; a union has none. */
function fieldsOf(type: GraphQLCompositeType) {
  return isUnionType(type) ? {} : type.getFields();
}

/** @returns Whether something was taken away. */
function takeAway(
  schema: GraphQLSchema,
  type: GraphQLCompositeType,
  types: Set<string>,
  fields: Set<string>,
): boolean {
  if (isUnionType(type)) {
    return !type.getTypes().some(({ name }) => types.has(name)) && types.delete(type.name);
  }
  const here = Object.values(type.getFields()).filter(({ name }) =>
    fields.has(`${type.name}.${name}`),
  );
  const lost = here.filter(
    (field) =>
      !leadsOn(field.type, types) || !isEverywhere(schema, type, field.name, types, fields),
  );
  for (const { name } of lost) fields.delete(`${type.name}.${name}`);
  if (lost.length === here.length) return types.delete(type.name);
  return lost.length > 0;
}

function leadsOn(type: GraphQLOutputType, types: ReadonlySet<string>): boolean {
  const named = getNamedType(type);
  return !isCompositeType(named) || types.has(named.name);
}

/** A field of an interface is one of every type that implements it. */
function isEverywhere(
  schema: GraphQLSchema,
  type: GraphQLObjectType | GraphQLInterfaceType,
  field: string,
  types: ReadonlySet<string>,
  fields: ReadonlySet<string>,
): boolean {
  if (!isInterfaceType(type)) return true;
  const { objects, interfaces } = schema.getImplementations(type);
  return [...objects, ...interfaces].every(
    ({ name }) => !types.has(name) || fields.has(`${name}.${field}`),
  );
}
