import { readdirSync } from 'node:fs';

import {
  buildASTSchema,
  type DirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  getVariableValues,
  Kind,
  parse,
  TypeInfo,
  type ValueNode,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';

import { composeSupergraph } from '../../gateway/control/composition/compose-supergraph.ts';
import { loadSupergraphSnapshot } from '../../gateway/supergraph/load-supergraph-snapshot.ts';
import type { ExampleOperation } from '../../shared/contract/example-operation.ts';
import {
  loadProductFolder,
  type ProductFolder,
} from '../../shared/contract/load-product-folder.ts';

const subgraphs = new URL('../../subgraphs/', import.meta.url);
const names = readdirSync(subgraphs, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

let products: readonly ProductFolder[];
/** What clients see. */
let api: GraphQLSchema;
/** What the gateway sees: with the authorization directives. */
let supergraph: GraphQLSchema;
beforeAll(async () => {
  const loaded = await Promise.all(
    names.map((name) => loadProductFolder(new URL(`${name}/`, subgraphs))),
  );
  products = loaded.flatMap((outcome) => (outcome.ok ? [outcome.product] : []));
  const composed = composeSupergraph(
    products.map(({ name, sdl, subgraph }) => ({ name, sdl, url: subgraph.routingUrl.href })),
  );
  if (!composed.ok) throw new Error(JSON.stringify(composed.errors, null, 2));
  api = loadSupergraphSnapshot(composed.supergraphSdl).schema;
  supergraph = buildASTSchema(parse(composed.supergraphSdl), { assumeValidSDL: true });
});

function examplesOf(name: string): readonly ExampleOperation[] {
  return products.find((product) => product.name === name)?.examples ?? [];
}

/** Every scope that a field of the document, or the type it returns, asks for. */
function scopesOf(document: DocumentNode): ReadonlySet<string> {
  const scopes = new Set<string>();
  const typeInfo = new TypeInfo(supergraph);
  const collect = (directives: readonly DirectiveNode[] = []) => {
    for (const { name, arguments: given } of directives) {
      if (name.value !== 'requiresScopes') continue;
      for (const scope of stringsIn(given?.[0]?.value)) scopes.add(scope);
    }
  };
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field() {
        collect(typeInfo.getFieldDef()?.astNode?.directives);
        collect(getNamedType(typeInfo.getType())?.astNode?.directives);
      },
    }),
  );
  return scopes;
}

function stringsIn(value: ValueNode | undefined): readonly string[] {
  if (value?.kind === Kind.LIST) return value.values.flatMap(stringsIn);
  return value?.kind === Kind.STRING ? [value.value] : [];
}

describe.each(names)('%s', (name) => {
  test('its example operations are valid against the supergraph', () => {
    const problems = examplesOf(name).flatMap(({ file, document }) =>
      validate(api, parse(document)).map(({ message }) => `${file}: ${message}`),
    );

    expect(problems).toEqual([]);
  });

  test('the variables of its example operations fit', () => {
    const problems = examplesOf(name).flatMap(({ file, document, variables }) => {
      const operation = getOperationAST(parse(document));
      const { errors = [] } = getVariableValues(
        api,
        operation?.variableDefinitions ?? [],
        variables,
      );
      return errors.map(({ message }) => `${file}: ${message}`);
    });

    expect(problems).toEqual([]);
  });

  test('its example operations name the scopes they need, and no others', () => {
    for (const { file, document, scopes } of examplesOf(name)) {
      expect([...scopes].toSorted(), file).toEqual([...scopesOf(parse(document))].toSorted());
    }
  });
});
