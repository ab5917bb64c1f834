/**
 * A second look at who may read what.
 *
 * The gateway decides that before it plans, by the requirements of all products. A product checks
 * `@authenticated` and `@requiresScopes` of its own SDL again, against the token that the gateway
 * has signed: so a mistake over there does not open a classified field over here.
 *
 * Keys are what the gateway joins by, also on behalf of a caller who may not read them. What is
 * required of a field in a key is therefore left to the gateway. What is required of the type that
 * has the key is not: whoever may not read an entity has nothing to join it with.
 *
 * Where the gateway says that a type or field was granted to the caller, nothing else is required
 * of it.
 *
 * @module
 * @see https://specs.apollo.dev/requiresScopes/v0.1/
 */
import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
} from 'graphql';
import { MeshgateError } from '../../errors/meshgate-error.ts';
import type { Caller } from '../caller.ts';
import type { ProductContext } from '../define-product.ts';
import { createFindApplied, type Declared, type FindApplied } from './federation-directives.ts';
import { findKeyFields, type KeyFields, objectTypesOf } from './key-fields.ts';

type Field = GraphQLField<unknown, ProductContext<unknown>>;

/** Whether a caller has what one directive asks for. */
type Requirement = (caller: Caller) => boolean;

/**
 * Makes the resolvers of protected fields refuse callers who lack what the schema requires of the
 * field, of the type it returns and of the type it belongs to. Other fields stay as they are.
 *
 * A refused field is null with `UNAUTHORIZED_FIELD_OR_TYPE`, and its resolver does not run.
 */
export function guardFields(schema: GraphQLSchema): void {
  const findApplied = createFindApplied(schema);
  const keys = findKeyFields(schema, findApplied);
  const mutation = schema.getMutationType();

  for (const type of objectTypesOf(schema)) {
    for (const field of Object.values(type.getFields())) {
      const requirements = requirementsOf(type, field, keys, findApplied, type === mutation);
      if (requirements.length > 0) guard(field, requirements);
    }
  }
}

function requirementsOf(
  type: GraphQLObjectType,
  field: Field,
  { own, nested }: KeyFields,
  findApplied: FindApplied,
  writes: boolean,
): readonly Requirement[] {
  const coordinate = `${type.name}.${field.name}`;
  if (nested.has(coordinate)) return [];
  const returned = getNamedType(field.type);
  const elements: readonly (readonly [string, Declared, boolean])[] = own.has(coordinate)
    ? [[type.name, type, writes]]
    : [
        [type.name, type, writes],
        [coordinate, field, writes],
        [returned.name, returned, false],
      ];
  return elements.flatMap(([name, element, changes]) =>
    [
      ...findApplied(element, 'authenticated').map(() => isKnown),
      ...findApplied(element, 'requiresScopes').map(({ scopes }) => holdsOneOf(scopes)),
    ].map((requirement) => unlessGranted(requirement, name, changes)),
  );
}

/** A grant of all is for reading: what changes data has to be granted by name. */
function unlessGranted(requirement: Requirement, name: string, writes: boolean): Requirement {
  return (caller) => {
    const { granted } = caller;
    return (
      requirement(caller) ||
      (granted !== undefined && (granted.has(name) || (!writes && granted.has('*'))))
    );
  };
}

function guard(field: Field, requirements: readonly Requirement[]): void {
  const { resolve = defaultFieldResolver } = field;
  field.resolve = (parent, args, context, info) => {
    const { caller } = context;
    if (!requirements.every((isMet) => isMet(caller))) {
      throw new MeshgateError('UNAUTHORIZED_FIELD_OR_TYPE');
    }
    return resolve(parent, args, context, info);
  };
}

const isKnown: Requirement = ({ subject }) => subject !== null;

/** @param scopes An OR of AND groups; no group at all, like an empty one, asks for nothing. */
function holdsOneOf(scopes: unknown): Requirement {
  // In GraphQL a value stands for the list of that value.
  const groups = toList(scopes).map(toList) as readonly (readonly string[])[];
  return ({ scopes: held }) =>
    groups.length === 0 || groups.some((group) => group.every((scope) => held.has(scope)));
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
