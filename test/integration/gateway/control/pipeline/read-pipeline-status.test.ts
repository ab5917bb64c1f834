import { expect, onTestFinished, test } from 'vitest';

import { readPipelineStatus } from '../../../../../gateway/control/pipeline/read-pipeline-status.ts';
import { createStockProduct, STOCK } from '../../../../support/stock-product.ts';

const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

async function setUp(files: Readonly<Record<string, string>> = STOCK) {
  const product = await createStockProduct(files);
  onTestFinished(() => product.drop());
  const { database, folder, name } = product;
  return { product, status: () => readPipelineStatus(database.adminUrl, folder, [name]) };
}

test('finds nothing in a database that was never prepared, and makes nothing there', async () => {
  const { product, status } = await setUp();

  expect(await status()).toEqual({
    landing: null,
    products: [
      {
        product: product.name,
        migrations: [{ file: '0001-item.sql', state: 'pending', appliedAt: null }],
        rowRules: 'none',
        pipelines: [{ file: '0001-item.sql', lastRun: null }],
      },
    ],
  });
  expect(await product.ask(`SELECT to_regnamespace('mesh') AS mesh`)).toEqual([{ mesh: null }]);
});

test('tells what is applied, what has run and what is landed', async () => {
  const { product, status } = await setUp();
  await product.prepare();

  expect(await status()).toEqual({
    landing: { rows: 2, loadedAt: INSTANT },
    products: [
      {
        product: product.name,
        migrations: [{ file: '0001-item.sql', state: 'applied', appliedAt: INSTANT }],
        rowRules: 'none',
        pipelines: [
          {
            file: '0001-item.sql',
            lastRun: {
              outcome: 'succeeded',
              finishedAt: INSTANT,
              durationMs: expect.any(Number),
              rows: 2,
              problem: null,
              sameFile: true,
            },
          },
        ],
      },
    ],
  });
});

test('tells migrations that were edited from those that are new', async () => {
  const { product, status } = await setUp();
  await product.prepare();
  await product.write({
    'migrations/0001-item.sql': 'SELECT 1;',
    'migrations/0002-new.sql': 'SELECT 2;',
  });

  const { products } = await status();

  expect(products[0]?.migrations).toEqual([
    { file: '0001-item.sql', state: 'changed', appliedAt: INSTANT },
    { file: '0002-new.sql', state: 'pending', appliedAt: null },
  ]);
});

test('tells the latest run of a pipeline, with why it failed', async () => {
  const { product, status } = await setUp();
  await product.prepare();
  await product.write({ 'pipeline/0001-item.sql': 'SELECT nonsense;' });
  await product.prepare().catch(() => undefined);

  const { products } = await status();

  expect(products[0]?.pipelines[0]?.lastRun).toMatchObject({
    outcome: 'failed',
    rows: 0,
    problem: expect.stringContaining('column "nonsense" does not exist'),
    sameFile: true,
  });
});
