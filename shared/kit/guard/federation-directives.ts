import { type ConstDirectiveNode, type GraphQLSchema, valueFromASTUntyped } from 'graphql';

/** An element of a schema with the nodes of the SDL that it comes from. */
export interface Declared {
  readonly astNode?: Annotated | null | undefined;
  readonly extensionASTNodes?: readonly Annotated[];
}

interface Annotated {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

/** Arguments of a directive as they are written; defaults are not filled in. */
export type DirectiveArguments = Readonly<Record<string, unknown>>;

/**
 * Finds a directive of Federation on an element.
 *
 * @param directive Its name in the specification, without `@`.
 * @returns The arguments of each time that it is applied there.
 */
export type FindApplied = (element: Declared, directive: string) => readonly DirectiveArguments[];

const FEDERATION = 'https://specs.apollo.dev/federation/';

/**
 * Builds a `FindApplied` for one subgraph schema, which may import the directives under other
 * names by its `@link`, or use them without importing them.
 *
 * @see https://specs.apollo.dev/link/v1.0/
 */
export function createFindApplied(schema: GraphQLSchema): FindApplied {
  const toName = createToName(schema);
  return (element, directive) => argumentsOf(element, toName(directive));
}

/** The arguments of the `@link` that brings Federation in. */
interface FederationLink {
  readonly url: string;
  readonly as?: string;
  readonly import?: readonly (string | { readonly name: string; readonly as?: string })[];
}

function createToName(schema: GraphQLSchema): (directive: string) => string {
  const links = argumentsOf(schema, 'link') as readonly unknown[] as readonly FederationLink[];
  const link = links.find(({ url }) => url.startsWith(FEDERATION));
  const imported = new Map(
    (link?.import ?? []).map((one) =>
      typeof one === 'string' ? [one, one] : [one.name, one.as ?? one.name],
    ),
  );
  const prefix = link?.as ?? 'federation';
  return (directive) => imported.get(`@${directive}`)?.slice(1) ?? `${prefix}__${directive}`;
}

function argumentsOf(
  { astNode, extensionASTNodes = [] }: Declared,
  name: string,
): readonly DirectiveArguments[] {
  return [astNode, ...extensionASTNodes]
    .flatMap((node) => node?.directives ?? [])
    .filter((directive) => directive.name.value === name)
    .map(({ arguments: given = [] }) =>
      Object.fromEntries(given.map((one) => [one.name.value, valueFromASTUntyped(one.value)])),
    );
}
