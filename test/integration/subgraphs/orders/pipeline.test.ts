import { readdir, readFile } from 'node:fs/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { parseContract } from '../../../../shared/contract/data-contract.ts';
import {
  type Administrator,
  openAdministrator,
} from '../../../../shared/postgres/open-administrator.ts';
import { createMeshDatabase, type MeshDatabase } from '../../../support/mesh-database.ts';
import { findTestServer } from '../../../support/postgres.ts';

const folder = new URL('../../../../subgraphs/orders/', import.meta.url);

let database: MeshDatabase;
let administrator: Administrator;
beforeAll(async () => {
  database = await createMeshDatabase(await findTestServer(), ['orders']);
  administrator = await openAdministrator(database.adminUrl);
  await administrator.runScript('SET search_path = orders');
});
afterAll(async () => {
  await administrator.close();
  await database.drop();
});

async function readPipeline(): Promise<readonly string[]> {
  const files = (await readdir(new URL('pipeline/', folder))).toSorted();
  return Promise.all(files.map((file) => readFile(new URL(`pipeline/${file}`, folder), 'utf8')));
}

/** Runs the pipeline as the platform does. */
async function runPipeline(): Promise<void> {
  for (const script of await readPipeline()) {
    await administrator.transaction(() => administrator.runScript(script));
  }
}

/** One text that differs as soon as any row does. */
async function fingerprint(): Promise<unknown> {
  const [row] = await administrator.query(
    `SELECT (SELECT md5(string_agg(o::text, '' ORDER BY id)) FROM "order" AS o) AS orders,
       (SELECT md5(string_agg(l::text, '' ORDER BY id)) FROM order_line AS l) AS lines,
       (SELECT md5(string_agg(r::text, '' ORDER BY id)) FROM return_line AS r) AS returns`,
  );
  return row;
}

test('every SQL check of the contract holds', async () => {
  const contract = parseContract(await readFile(new URL('contract.odcs.yaml', folder), 'utf8'));
  if (!contract.ok) throw new Error(JSON.stringify(contract.problems));
  const checks = contract.value.schema.flatMap((table) =>
    [...table.quality, ...table.properties.flatMap(({ quality }) => quality)]
      .filter(({ type }) => type === 'sql')
      .map(({ id, query = '' }) => ({
        id,
        query: query.replaceAll('{object}', `orders.${table.physicalName}`),
      })),
  );

  const broken: unknown[] = [];
  for (const { id, query } of checks) {
    const [row] = await administrator.query<{ count: string }>(query);
    if (row?.count !== '0') broken.push([id, row]);
  }

  expect(checks.length).toBeGreaterThan(4);
  expect(broken).toEqual([]);
});

test('running again changes nothing and keeps what has come back', async () => {
  await administrator.runScript(
    `INSERT INTO return_line (order_line_id, region, quantity, reason) VALUES (1, 'South', 1, 'DAMAGED')`,
  );
  const before = await fingerprint();
  await runPipeline();

  expect(await fingerprint()).toEqual(before);
});

test('a line that leaves the source leaves the product, and an order with its last line', async () => {
  await administrator.runScript(
    "DELETE FROM landing.superstore_line WHERE order_id = 'CA-2016-138688' OR row_id = 12",
  );
  await runPipeline();

  const [left] = await administrator.query(
    `SELECT (SELECT count(*)::int FROM order_line) AS lines, (SELECT count(*)::int FROM "order") AS orders,
       (SELECT amount FROM "order" WHERE id = 'CA-2014-115812') AS amount`,
  );
  expect(left).toEqual({ lines: 9992, orders: 5008, amount: '2802.8800' });
});

test('an order that moves to another region takes its lines and returns along', async () => {
  await administrator.runScript(
    "UPDATE landing.superstore_line SET region = 'West' WHERE order_id = 'CA-2016-152156'",
  );
  await runPipeline();

  const regions = await administrator.query(
    `SELECT region FROM "order" WHERE id = 'CA-2016-152156'
     UNION ALL SELECT region FROM order_line WHERE order_id = 'CA-2016-152156'
     UNION ALL SELECT region FROM return_line`,
  );
  expect(regions).toEqual([
    { region: 'West' },
    { region: 'West' },
    { region: 'West' },
    { region: 'West' },
  ]);
});

test.each([
  [
    'a line that goes although some of it came back',
    'DELETE FROM landing.superstore_line WHERE row_id = 1',
    'violates foreign key constraint "return_line_order_line_id_region_fkey"',
  ],
  [
    'an order in two regions',
    "UPDATE landing.superstore_line SET region = 'East' WHERE row_id = 2",
    'cannot affect row a second time',
  ],
])('%s stops the run', async (_, fault, reason) => {
  const run = administrator.transaction(async () => {
    await administrator.runScript(fault);
    for (const script of await readPipeline()) await administrator.runScript(script);
  });

  await expect(run).rejects.toThrow(reason);
});
