import { afterAll, beforeAll, expect, test } from 'vitest';

import { openAdministrator } from '../../../../shared/postgres/open-administrator.ts';
import { product } from '../../../../subgraphs/products/product.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
} from '../../../support/start-product-under-test.ts';

let products: ProductUnderTest;
beforeAll(async () => {
  products = await startProductUnderTest('products', product);
});
afterAll(() => products.stop());

const toRepresentations = (typeName: string, ids: readonly string[]) =>
  ids.map((id) => ({ __typename: typeName, id }));

test('references are answered in the order asked, null where there is no such entity', async () => {
  const { data, errors } = await products.ask(
    {},
    `query ($representations: [_Any!]!) {
      _entities(representations: $representations) {
        ... on Product { id subCategory }
        ... on Category { id name }
      }
    }`,
    {
      representations: [
        ...toRepresentations('Product', ['TEC-PH-10001530', 'nothing', 'FUR-BO-10001798']),
        ...toRepresentations('Category', ['toys', 'technology']),
        ...toRepresentations('Product', ['TEC-PH-10001530']),
      ],
    },
  );

  expect(errors).toEqual([]);
  expect(data).toEqual({
    _entities: [
      { id: 'TEC-PH-10001530', subCategory: 'Phones' },
      null,
      { id: 'FUR-BO-10001798', subCategory: 'Bookcases' },
      null,
      { id: 'technology', name: 'Technology' },
      { id: 'TEC-PH-10001530', subCategory: 'Phones' },
    ],
  });
});

test('all 1,862 products and all categories of one fetch are one statement per entity type', async () => {
  const administrator = await openAdministrator(products.adminUrl);
  const rows = await administrator.query<{ id: string }>('SELECT id FROM products.product');
  await administrator.close();

  const { data, statements } = await products.ask<{
    _entities: readonly ({ readonly id: string } | null)[];
  }>(
    {},
    `query ($representations: [_Any!]!) {
      _entities(representations: $representations) {
        ... on Product { id name otherNames category { name subCategories } }
        ... on Category { id }
      }
    }`,
    {
      representations: [
        ...toRepresentations(
          'Product',
          rows.map(({ id }) => id),
        ),
        ...toRepresentations('Category', ['technology', 'furniture', 'office-supplies']),
      ],
    },
  );

  expect(data._entities.filter((entity) => entity !== null)).toHaveLength(1865);
  // The categories of the products are those of the fetch, which are known by then.
  expect(statements).toHaveLength(2);
});

test("the products of all categories are one statement, their number another, and neither is asked for unless it's selected", async () => {
  const listed = await products.ask(
    {},
    '{ categories { nodes { products(first: 2) { nodes { id category { name } } } } } }',
  );
  const counted = await products.ask(
    {},
    '{ categories { nodes { id products(first: 2) { totalCount } } } }',
  );

  expect(listed.statements.map((sql) => /FROM (\w+)/.exec(sql)?.[1])).toEqual([
    'sub_category',
    'unnest',
    'sub_category',
  ]);
  expect(counted.statements.filter((sql) => sql.includes('count('))).toHaveLength(1);
});

test('a list counts only when totalCount is selected', async () => {
  const without = await products.ask({}, '{ products(first: 2) { nodes { id } } }');
  const withCount = await products.ask({}, '{ products(first: 2) { nodes { id } totalCount } }');

  expect(without.statements).toHaveLength(1);
  expect(withCount.statements).toHaveLength(2);
});

test('two aliases of one field with different arguments do not mix', async () => {
  const { data } = await products.ask(
    {},
    `{
      category(id: "technology") {
        lowest: products(first: 1, sort: ID_ASC) { nodes { id } totalCount }
        highest: products(first: 1, sort: ID_DESC) { nodes { id } totalCount }
        copiers: products(first: 1, filter: { subCategories: ["Copiers"] }) { nodes { id } totalCount }
      }
    }`,
  );

  expect(data).toEqual({
    category: {
      lowest: { nodes: [{ id: 'TEC-AC-10000023' }], totalCount: 404 },
      highest: { nodes: [{ id: 'TEC-PH-10004977' }], totalCount: 404 },
      copiers: { nodes: [{ id: 'TEC-CO-10000971' }], totalCount: 13 },
    },
  });
});

test('anybody may keep an answer for five minutes', async () => {
  const { cacheControl } = await products.ask(
    {},
    '{ products { edges { node { name category { name } } } pageInfo { endCursor } totalCount } }',
  );

  expect(cacheControl).toBe('max-age=300, public');
});

test('what does not exist is null without an error', async () => {
  const { data, errors } = await products.ask(
    {},
    '{ product(id: "FUR-BO-0") { id } category(id: "toys") { id } }',
  );

  expect({ data, errors }).toEqual({ data: { product: null, category: null }, errors: [] });
});

test.each([
  "UPDATE products.product SET name = 'x'",
  'DELETE FROM products.category',
  "INSERT INTO products.category VALUES ('toys', 'Toys')",
  'CREATE TABLE products.own (id int)',
  'SELECT FROM landing.superstore_line',
])('the role of the product may not run %s', async (statement) => {
  const url = new URL(products.adminUrl);
  url.username = 'products';
  const role = await openAdministrator(url.href);

  const refused = expect(role.query(statement)).rejects.toThrow(/permission denied/);

  await refused.finally(() => role.close());
});
