import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { readProductFiles } from '../../../../gateway/control/pipeline/product-files.ts';
import { runPipelines } from '../../../../gateway/control/pipeline/run-pipelines.ts';
import {
  type Administrator,
  openAdministrator,
} from '../../../../shared/postgres/open-administrator.ts';
import { createMeshDatabase, type MeshDatabase } from '../../../support/mesh-database.ts';
import { findTestServer } from '../../../support/postgres.ts';

const subgraphs = fileURLToPath(new URL('../../../../subgraphs', import.meta.url));

let database: MeshDatabase;
let administrator: Administrator;
beforeAll(async () => {
  database = await createMeshDatabase(await findTestServer(), ['products']);
  administrator = await openAdministrator(database.adminUrl);
});
afterAll(async () => {
  await administrator.close();
  await database.drop();
});

/** Runs the pipeline over changed lines and takes the change back afterwards. */
async function withLines<Result>(change: string, look: () => Promise<Result>): Promise<Result> {
  const files = await readProductFiles(subgraphs, 'products');
  const saved = 'CREATE TABLE landing.saved AS TABLE landing.superstore_line';
  await administrator.runScript(`${saved}; ${change}`);
  try {
    await runPipelines(administrator, files, `checksum of: ${change}`);
    return await look();
  } finally {
    await administrator.runScript(
      `TRUNCATE landing.superstore_line;
       INSERT INTO landing.superstore_line TABLE landing.saved;
       DROP TABLE landing.saved`,
    );
    await runPipelines(administrator, files, 'checksum of the real lines');
  }
}

const readProduct = (id: string) =>
  administrator.query('SELECT * FROM products.product WHERE id = $1', [id]);

const countRows = () =>
  administrator.query(
    `SELECT (SELECT count(*)::int FROM products.product) AS products,
            (SELECT count(*)::int FROM products.sub_category) AS "subCategories",
            (SELECT count(*)::int FROM products.category) AS categories`,
  );

const ALL = [{ products: 1862, subCategories: 17, categories: 3 }];

test('a second run over the same lines changes nothing', async () => {
  const before = await administrator.query('SELECT * FROM products.product ORDER BY id');

  const after = await withLines('SELECT', () =>
    administrator.query('SELECT * FROM products.product ORDER BY id'),
  );

  expect(after).toEqual(before);
});

test('a name on a newer line takes over, and every earlier name is another name', async () => {
  const [renamed] = await withLines(
    `INSERT INTO landing.superstore_line
     SELECT 9995, order_id, '2018-01-01', ship_date, ship_mode, customer_id, customer_name, segment,
            country, city, state, postal_code, region, product_id, category, sub_category,
            'AT&T CL2910', sales, quantity, discount, profit
     FROM landing.superstore_line WHERE product_id = 'TEC-PH-10004531' LIMIT 1`,
    () => readProduct('TEC-PH-10004531'),
  );

  expect(renamed).toMatchObject({
    name: 'AT&T CL2910',
    other_names: ['AT&T CL2909', 'OtterBox Commuter Series Case - iPhone 5 & 5s'],
    search_text: 'at&t cl2909\nat&t cl2910\notterbox commuter series case - iphone 5 & 5s',
  });
});

test('of two lines of one day the one with the higher row id names the product', async () => {
  const [renamed] = await withLines(
    `UPDATE landing.superstore_line SET order_date = '2017-12-30', product_name = 'Name ' || row_id
     WHERE product_id = 'TEC-CO-10004722'`,
    () => readProduct('TEC-CO-10004722'),
  );
  const [highest] = await administrator.query<{ name: string }>(
    `SELECT 'Name ' || max(row_id) AS name FROM landing.superstore_line
     WHERE product_id = 'TEC-CO-10004722'`,
  );

  expect(renamed).toMatchObject({ name: highest?.name });
});

test('what no line names any more goes, with its sub-category and category', async () => {
  const rows = await withLines(
    "DELETE FROM landing.superstore_line WHERE category = 'Technology'",
    countRows,
  );

  expect(rows).toEqual([{ products: 1458, subCategories: 13, categories: 2 }]);
  expect(await countRows()).toEqual(ALL);
});

test('an empty landing table takes nothing away', async () => {
  expect(await withLines('DELETE FROM landing.superstore_line', countRows)).toEqual(ALL);
});

test.each([
  "UPDATE landing.superstore_line SET category = 'Furniture' WHERE row_id = 3",
  "UPDATE landing.superstore_line SET sub_category = 'Phones' WHERE row_id = 3",
])(
  'lines that contradict each other stop the run and leave the product as it was: %s',
  async (change) => {
    await expect(withLines(change, countRows)).rejects.toMatchObject({ code: 'PIPELINE_FAILED' });

    expect(await countRows()).toEqual(ALL);
  },
);
