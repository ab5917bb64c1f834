import { afterAll, beforeAll, expect, test } from 'vitest';

import { product } from '../../../../subgraphs/products/product.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
} from '../../../support/start-product-under-test.ts';

interface Product {
  readonly id: string;
  readonly name: string;
}

interface Connection {
  readonly edges: readonly { readonly cursor: string; readonly node: Product }[];
  readonly nodes: readonly Product[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number;
}

const CONNECTION = `{
  edges { cursor node { id } }
  nodes { id name }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
}`;

let products: ProductUnderTest;
beforeAll(async () => {
  products = await startProductUnderTest('products', product);
});
afterAll(() => products.stop());

interface ListArguments {
  readonly first: number;
  readonly sort?: string;
  readonly filter?: Readonly<Record<string, unknown>>;
}

/** Asks page after page until the list says that it ends. */
async function walk(askPage: (after: string | null) => Promise<Connection>) {
  const pages: Connection[] = [];
  let after: string | null = null;
  do {
    const page: Connection = await askPage(after);
    pages.push(page);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  return pages;
}

const walkProducts = (args: ListArguments) =>
  walk(async (after) => {
    const { data } = await products.ask<{ products: Connection }>(
      {},
      `query ($first: Int, $after: String, $filter: ProductFilter, $sort: ProductSort! = ID_ASC) {
        products(first: $first, after: $after, filter: $filter, sort: $sort) ${CONNECTION}
      }`,
      { ...args, after },
    );
    return data.products;
  });

const walkCategory = (id: string, args: ListArguments) =>
  walk(async (after) => {
    const { data } = await products.ask<{ category: { products: Connection } }>(
      {},
      `query ($id: ID!, $first: Int, $after: String, $filter: ProductFilter, $sort: ProductSort! = ID_ASC) {
        category(id: $id) {
          products(first: $first, after: $after, filter: $filter, sort: $sort) ${CONNECTION}
        }
      }`,
      { ...args, id, after },
    );
    return data.category.products;
  });

const nodesOf = (pages: readonly Connection[]) => pages.flatMap(({ nodes }) => nodes);

const byCodePoint = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

const RANKS: Readonly<Record<string, (a: Product, b: Product) => number>> = {
  ID_ASC: (a, b) => byCodePoint(a.id, b.id),
  ID_DESC: (a, b) => byCodePoint(b.id, a.id),
  NAME_ASC: (a, b) => byCodePoint(a.name, b.name) || byCodePoint(a.id, b.id),
  NAME_DESC: (a, b) => byCodePoint(b.name, a.name) || byCodePoint(b.id, a.id),
};

test.each(
  Object.keys(RANKS).flatMap((sort) => [
    { sort, first: 61 },
    { sort, first: 200 },
  ]),
)('a walk by $sort in pages of $first meets every product once, in order', async (args) => {
  const pages = await walkProducts(args);
  const nodes = nodesOf(pages);

  expect(pages).toHaveLength(Math.ceil(1862 / args.first));
  expect(new Set(nodes.map(({ id }) => id)).size).toBe(1862);
  expect(nodes).toHaveLength(1862);
  expect(nodes).toEqual(nodes.toSorted(RANKS[args.sort]));
});

test.each(['NAME_ASC', 'NAME_DESC'])(
  'products of one name keep their order by id when every page of %s holds one of them',
  async (sort) => {
    const every = nodesOf(await walkProducts({ first: 200 }));
    const namesakes = every.filter(({ id, name }) =>
      every.some((other) => other.name === name && other.id !== id),
    );
    const filter = { ids: namesakes.map(({ id }) => id) };

    const pages = await walkProducts({ first: 1, sort, filter });

    expect(namesakes.length).toBeGreaterThan(20);
    expect(nodesOf(pages)).toEqual(namesakes.toSorted(RANKS[sort]));
  },
);

test.each(Object.keys(RANKS))(
  "a walk by %s through a category's products meets what the filter by category lists",
  async (sort) => {
    const pages = await walkCategory('technology', { first: 60, sort });
    const listed = await walkProducts({ first: 200, sort, filter: { categories: ['technology'] } });

    expect(nodesOf(pages)).toHaveLength(404);
    expect(nodesOf(pages)).toEqual(nodesOf(listed));
  },
);

test('pages say whether others come before and after, and cursors are those of their edges', async () => {
  const pages = await walkProducts({ first: 5, filter: { subCategories: ['Copiers'] } });

  expect(
    pages.map(({ nodes, pageInfo }) => [
      nodes.length,
      pageInfo.hasPreviousPage,
      pageInfo.hasNextPage,
    ]),
  ).toEqual([
    [5, false, true],
    [5, true, true],
    [3, true, false],
  ]);
  for (const { edges, nodes, pageInfo } of pages) {
    expect(edges.map(({ node }) => node.id)).toEqual(nodes.map(({ id }) => id));
    expect([edges[0]?.cursor, edges.at(-1)?.cursor]).toEqual([
      pageInfo.startCursor,
      pageInfo.endCursor,
    ]);
  }
});

test('a page that ends with the list says that nothing follows', async () => {
  const pages = await walkProducts({ first: 13, filter: { subCategories: ['Copiers'] } });

  expect(pages.map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([false]);
});

test('an empty list is a page without entries and cursors', async () => {
  const { data, errors } = await products.ask(
    {},
    `{ products(filter: { categories: ["toys"] }) ${CONNECTION.replace('edges', 'totalCount edges')} }`,
  );

  expect(errors).toEqual([]);
  expect(data).toEqual({
    products: {
      totalCount: 0,
      edges: [],
      nodes: [],
      pageInfo: {
        hasNextPage: false,
        hasPreviousPage: false,
        startCursor: null,
        endCursor: null,
      },
    },
  });
});

test('categories are pages too', async () => {
  const pages = await walk(async (after) => {
    const { data } = await products.ask<{ categories: Connection }>(
      {},
      `query ($after: String) { categories(first: 1, after: $after) ${CONNECTION} }`,
      { after },
    );
    return data.categories;
  });

  expect(nodesOf(pages).map(({ id }) => id)).toEqual([
    'furniture',
    'office-supplies',
    'technology',
  ]);
});

test('conditions of a filter must all hold', async () => {
  const count = async (filter: Readonly<Record<string, unknown>>) => {
    const { data } = await products.ask<{ products: Connection }>(
      {},
      'query ($filter: ProductFilter) { products(filter: $filter) { totalCount } }',
      { filter },
    );
    return data.products.totalCount;
  };

  expect(await count({ categories: ['furniture'] })).toBe(375);
  expect(await count({ categories: ['furniture', 'technology'] })).toBe(779);
  expect(await count({ subCategories: ['Chairs', 'Phones'] })).toBe(271);
  expect(await count({ categories: ['furniture'], subCategories: ['Chairs', 'Phones'] })).toBe(87);
  expect(await count({ ids: ['FUR-BO-10001798', 'FUR-BO-0'] })).toBe(1);
  expect(await count({ ids: ['FUR-BO-10001798'], nameContains: 'somerset' })).toBe(1);
  expect(await count({ ids: ['FUR-BO-10001798'], nameContains: 'hon ' })).toBe(0);
});

test('a category lists only its own products, whatever the filter asks for', async () => {
  const pages = await walkCategory('technology', {
    first: 5,
    filter: { categories: ['furniture'] },
  });

  expect(nodesOf(pages)).toEqual([]);
});

test.each([
  { nameContains: 'SOMERSET coll', finds: ['FUR-BO-10001798'] },
  { nameContains: 'dax solid wood frames', finds: ['FUR-FU-10004848'] },
  { nameContains: '100% RÉSUMÉ', finds: ['OFF-PA-10002137'] },
  { nameContains: 'Imation 16GB Mini', finds: ['TEC-AC-10003832'] },
  { nameContains: 'Imation\u00a016GB Mini', finds: ['TEC-AC-10003832'] },
  { nameContains: '%%', finds: [] },
  { nameContains: 'som_rset', finds: [] },
  { nameContains: '\\', finds: [] },
  { nameContains: "'; DROP TABLE product; --", finds: [] },
])(
  'a search for "$nameContains" takes every character as itself',
  async ({ nameContains, finds }) => {
    const pages = await walkProducts({ first: 20, filter: { nameContains } });

    expect(nodesOf(pages).map(({ id }) => id)).toEqual(finds);
  },
);

test.each([
  ['products(first: 0)', 'first must be between 1 and 200, not 0.'],
  ['products(first: -1)', 'first must be between 1 and 200, not -1.'],
  ['products(first: 201)', 'first must be between 1 and 200, not 201.'],
  ['categories(first: 201)', 'first must be between 1 and 200, not 201.'],
  ['products(after: "")', 'after must be a cursor'],
  ['products(after: "FUR-BO-10001798")', 'after must be a cursor'],
  ['products(filter: { ids: [] })', 'filter.ids must have 1 to 200 values, not 0;'],
  ['products(filter: { nameContains: "" })', 'filter.nameContains must have 1 to 100 characters'],
])('%s is refused with INPUT_INVALID and what is allowed', async (field, message) => {
  const { data, errors } = await products.ask({}, `{ list: ${field} { nodes { id } } }`);

  expect(data).toEqual({ list: null });
  expect(errors).toHaveLength(1);
  expect(errors[0]?.message).toContain(message);
  expect(errors[0]?.extensions).toMatchObject({ code: 'INPUT_INVALID', public: true });
});

test("a category's products are refused the same way, and the category stays", async () => {
  const { data, errors } = await products.ask(
    {},
    '{ category(id: "furniture") { name products(first: 201) { totalCount } } }',
  );

  expect(data).toEqual({ category: { name: 'Furniture', products: null } });
  expect(errors[0]?.extensions?.code).toBe('INPUT_INVALID');
});

test('a cursor of one order is refused in another', async () => {
  const [page] = await walkProducts({ first: 5, filter: { subCategories: ['Copiers'] } });
  const after = page?.pageInfo.endCursor;

  const { errors } = await products.ask(
    {},
    'query ($after: String) { products(after: $after, sort: NAME_ASC) { nodes { id } } }',
    { after },
  );

  expect(errors.map(({ extensions }) => extensions?.code)).toEqual(['INPUT_INVALID']);
});
