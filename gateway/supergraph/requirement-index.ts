import {
  baseType,
  type Directive,
  isInterfaceType,
  isObjectType,
  type Schema,
  type Type,
} from '@apollo/federation-internals';
import { asksForNothing, type ProtectedElement, type Requirement } from '../policy/requirement.ts';
import { createFindOffering } from './find-offering.ts';
import { nameInSchema } from './name-in-schema.ts';

/** Requirements of the supergraph by coordinate: `Type` and `Type.field`. Absent means none. */
export interface RequirementIndex {
  readonly ofType: ReadonlyMap<string, Requirement>;
  readonly ofField: ReadonlyMap<string, Requirement>;
  /**
   * By field of an interface: the types with requirements that implementing types return there, where
   * these are not the type that the interface itself names.
   */
  readonly narrowed: ReadonlyMap<string, readonly string[]>;
}

interface DirectiveNames {
  readonly authenticated: string | undefined;
  readonly requiresScopes: string | undefined;
  readonly policy: string | undefined;
}

/**
 * Reads `@authenticated`, `@requiresScopes` and `@policy` off a supergraph.
 *
 * Composition has merged what the subgraphs ask (every subgraph's requirement
 * holds), and the directives may have been renamed by `@link`; the names in
 * this schema are looked up by the identity of their specification.
 */
export function buildRequirementIndex(schema: Schema): RequirementIndex {
  const names: DirectiveNames = {
    authenticated: nameInSchema(schema, 'authenticated'),
    requiresScopes: nameInSchema(schema, 'requiresScopes'),
    policy: nameInSchema(schema, 'policy'),
  };
  const offering = createFindOffering(schema);
  const mutation = schema.schemaDefinition.rootType('mutation')?.name;
  const ofType = new Map<string, Requirement>();
  const ofField = new Map<string, Requirement>();

  for (const type of schema.types()) {
    const writes = type.name === mutation;
    const protect = (coordinate: string, products: readonly string[]): ProtectedElement => ({
      coordinate,
      products,
      writes,
    });
    const requirement = readRequirement(type, names);
    if (requirement !== null) {
      const element = protect(type.name, offering.ofType(type));
      ofType.set(type.name, { ...requirement, element });
    }
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of type.fields()) {
      const own = readRequirement(field, names);
      if (own === null) continue;
      const coordinate = `${type.name}.${field.name}`;
      ofField.set(coordinate, {
        ...own,
        element: protect(coordinate, offering.ofField(type, field)),
      });
    }
  }
  return { ofType, ofField, narrowed: findNarrowed(schema, ofType) };
}

/** Composition says of an interface's field what its implementers say, but not what they return. */
function findNarrowed(
  schema: Schema,
  ofType: ReadonlyMap<string, Requirement>,
): ReadonlyMap<string, readonly string[]> {
  const narrowed = new Map<string, readonly string[]>();
  for (const type of schema.interfaceTypes()) {
    for (const field of type.fields()) {
      const returned = baseType(field.type as Type).name;
      const others = type
        .possibleRuntimeTypes()
        .map((one) => one.field(field.name)?.type)
        .flatMap((one) => (one === undefined ? [] : [baseType(one).name]))
        .filter((name) => name !== returned && ofType.has(name));
      if (others.length > 0) narrowed.set(`${type.name}.${field.name}`, [...new Set(others)]);
    }
  }
  return narrowed;
}

interface Annotated {
  appliedDirectivesOf(name: string): Directive[];
}

function readRequirement(element: Annotated, names: DirectiveNames): Requirement | null {
  const requirement: Requirement = {
    authenticated: applied(element, names.authenticated) !== undefined,
    scopes: groups(applied(element, names.requiresScopes), 'scopes'),
    policies: groups(applied(element, names.policy), 'policies'),
  };
  return asksForNothing(requirement) ? null : requirement;
}

function applied(element: Annotated, name: string | undefined): Directive | undefined {
  return name === undefined ? undefined : element.appliedDirectivesOf(name)[0];
}

function groups(
  directive: Directive | undefined,
  argument: string,
): readonly (readonly string[])[] {
  return (directive?.arguments()[argument] as string[][] | undefined) ?? [];
}
