import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  Kind,
  parse,
  valueFromASTUntyped,
} from 'graphql';

/** A name that a product gives to data, so that it can be forgotten by it: one use of `@cacheTag`. */
export interface CacheTagFormat {
  readonly product: string;
  /** The type that it stands on, or the type of the field. */
  readonly type: string;
  /** A field of the query type; null where it stands on an entity. */
  readonly field: string | null;
  /** Text with `{$args.name}` or `{$key.name}` in it. */
  readonly format: string;
}

/** As composition names it, with the prefix of the product's import. */
const DIRECTIVE = /^(\w+__)?cacheTag$/;

/**
 * Reads every use of `@cacheTag`. Most supergraphs have none and are not parsed for it.
 *
 * @param sdl A supergraph that was checked.
 * @see https://specs.apollo.dev/cacheTag/v0.1
 */
export function readCacheTags(sdl: string): readonly CacheTagFormat[] {
  if (!sdl.includes('cacheTag')) return [];
  const document = parse(sdl, { noLocation: true });
  const products = readGraphNames(document);
  return document.definitions.flatMap((definition) => readDefinition(definition, products));
}

function readDefinition(
  definition: DefinitionNode,
  products: ReadonlyMap<string, string>,
): readonly CacheTagFormat[] {
  if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return [];
  const type = definition.name.value;
  const ofFields = (definition.fields ?? []).flatMap(({ name, directives }) =>
    readDirectives(directives, products).map((one) => ({ ...one, type, field: name.value })),
  );
  const ofType = readDirectives(definition.directives, products);
  return [...ofType.map((one) => ({ ...one, type, field: null })), ...ofFields];
}

function readDirectives(
  directives: readonly ConstDirectiveNode[] | undefined,
  products: ReadonlyMap<string, string>,
): readonly Pick<CacheTagFormat, 'product' | 'format'>[] {
  return (directives ?? []).flatMap((directive) => {
    if (directive.name.value !== 'join__directive') return [];
    const { graphs, name, args } = readArguments(directive);
    const format = (args as { format?: unknown } | undefined)?.format;
    if (typeof name !== 'string' || !DIRECTIVE.test(name) || typeof format !== 'string') return [];
    const names = Array.isArray(graphs) ? graphs : [graphs];
    return names.flatMap((graph) => {
      const product = products.get(String(graph));
      return product === undefined ? [] : [{ product, format }];
    });
  });
}

/** The names of subgraphs, by the values of the enumeration that stands for them. */
function readGraphNames({ definitions }: DocumentNode): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const definition of definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION) continue;
    for (const { name, directives = [] } of definition.values ?? []) {
      const graph = directives.find((one) => one.name.value === 'join__graph');
      if (graph !== undefined) names.set(name.value, String(readArguments(graph).name));
    }
  }
  return names;
}

function readArguments(directive: ConstDirectiveNode): Readonly<Record<string, unknown>> {
  const given = directive.arguments ?? [];
  return Object.fromEntries(
    given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  );
}
