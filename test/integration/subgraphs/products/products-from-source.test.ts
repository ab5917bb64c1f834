import { afterAll, beforeAll, expect, test } from 'vitest';

import { openAdministrator } from '../../../../shared/postgres/open-administrator.ts';
import { product } from '../../../../subgraphs/products/product.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
} from '../../../support/start-product-under-test.ts';

interface SourceLine {
  readonly rowId: number;
  readonly orderedOn: string;
  readonly productId: string;
  readonly productName: string;
  readonly subCategory: string;
}

interface Product {
  readonly id: string;
  readonly name: string;
  readonly otherNames: readonly string[];
  readonly subCategory: string;
}

let products: ProductUnderTest;
let source: readonly SourceLine[];
let served: readonly Product[];

beforeAll(async () => {
  products = await startProductUnderTest('products', product);
  source = await readSource(products.adminUrl);
  served = await readEveryProduct(products);
});
afterAll(() => products.stop());

async function readSource(adminUrl: string): Promise<readonly SourceLine[]> {
  const administrator = await openAdministrator(adminUrl);
  try {
    return await administrator.query<SourceLine>(
      `SELECT row_id AS "rowId", order_date::text AS "orderedOn", product_id AS "productId",
              product_name AS "productName", sub_category AS "subCategory"
       FROM landing.superstore_line`,
    );
  } finally {
    await administrator.close();
  }
}

async function readEveryProduct({ ask }: ProductUnderTest): Promise<readonly Product[]> {
  const every: Product[] = [];
  let after: string | null = null;
  do {
    const { data }: Answer = await ask<Answer['data']>(
      {},
      `query ($after: String) {
        products(first: 200, after: $after) {
          nodes { id name otherNames subCategory }
          pageInfo { hasNextPage endCursor }
        }
      }`,
      { after },
    );
    every.push(...data.products.nodes);
    after = data.products.pageInfo.hasNextPage ? data.products.pageInfo.endCursor : null;
  } while (after !== null);
  return every;
}

interface Answer {
  readonly data: {
    readonly products: {
      readonly nodes: readonly Product[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    };
  };
}

test('each of the 1,862 product ids of the 9,994 lines is one product', () => {
  expect(source).toHaveLength(9994);
  expect(served).toHaveLength(1862);
  expect(new Set(served.map(({ id }) => id))).toEqual(
    new Set(source.map(({ productId }) => productId)),
  );
});

test('the name of a product is that of its most recent line, and of one day that of the higher row id', () => {
  const newestFirst = source.toSorted(
    (a, b) => b.orderedOn.localeCompare(a.orderedOn) || b.rowId - a.rowId,
  );
  const latestNames = new Map<string, string>();
  for (const { productId, productName } of newestFirst) {
    if (!latestNames.has(productId)) latestNames.set(productId, productName);
  }

  expect(new Map(served.map(({ id, name }) => [id, name]))).toEqual(latestNames);
});

test('32 products have another name, which is the one that is not on their most recent line', () => {
  const namesById = new Map<string, Set<string>>();
  for (const { productId, productName } of source) {
    namesById.set(productId, (namesById.get(productId) ?? new Set()).add(productName));
  }

  expect(served.filter(({ otherNames }) => otherNames.length > 0)).toHaveLength(32);
  for (const { id, name, otherNames } of served) {
    expect([name, ...otherNames].toSorted(), id).toEqual([...(namesById.get(id) ?? [])].toSorted());
  }
});

test('two products that were renamed have the names that the source last gave them', () => {
  const renamed = new Map(served.map((one) => [one.id, one]));

  expect(renamed.get('FUR-FU-10004848')).toEqual({
    id: 'FUR-FU-10004848',
    name: 'Howard Miller 13-3/4" Diameter Brushed Chrome Round Wall Clock',
    otherNames: ['DAX Solid Wood Frames'],
    subCategory: 'Furnishings',
  });
  expect(renamed.get('OFF-BI-10004654')).toMatchObject({
    name: 'Avery Binding System Hidden Tab Executive Style Index Sets',
    otherNames: ['VariCap6 Expandable Binder'],
  });
});

test('there are 17 sub-categories in 3 categories, and every product is counted in one of each', async () => {
  const { data, errors } = await products.ask(
    {},
    `{
      categories {
        totalCount
        nodes { id name subCategories products(first: 1) { totalCount } }
      }
      productSummary { key products }
      bySubCategory: productSummary(groupBy: SUB_CATEGORY, filter: { categories: ["technology"] }) {
        key
        products
      }
    }`,
  );

  expect(errors).toEqual([]);
  expect(data).toEqual({
    categories: {
      totalCount: 3,
      nodes: [
        {
          id: 'furniture',
          name: 'Furniture',
          subCategories: ['Bookcases', 'Chairs', 'Furnishings', 'Tables'],
          products: { totalCount: 375 },
        },
        {
          id: 'office-supplies',
          name: 'Office Supplies',
          subCategories: [
            'Appliances',
            'Art',
            'Binders',
            'Envelopes',
            'Fasteners',
            'Labels',
            'Paper',
            'Storage',
            'Supplies',
          ],
          products: { totalCount: 1083 },
        },
        {
          id: 'technology',
          name: 'Technology',
          subCategories: ['Accessories', 'Copiers', 'Machines', 'Phones'],
          products: { totalCount: 404 },
        },
      ],
    },
    productSummary: [
      { key: 'furniture', products: 375 },
      { key: 'office-supplies', products: 1083 },
      { key: 'technology', products: 404 },
    ],
    bySubCategory: [
      { key: 'Accessories', products: 144 },
      { key: 'Copiers', products: 13 },
      { key: 'Machines', products: 63 },
      { key: 'Phones', products: 184 },
    ],
  });
});
