import { readdir, readFile } from 'node:fs/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { parseContract } from '../../../../shared/contract/data-contract.ts';
import {
  type Administrator,
  openAdministrator,
} from '../../../../shared/postgres/open-administrator.ts';
import { createMeshDatabase, type MeshDatabase } from '../../../support/mesh-database.ts';
import { findTestServer } from '../../../support/postgres.ts';

const folder = new URL('../../../../subgraphs/shipments/', import.meta.url);

let database: MeshDatabase;
let administrator: Administrator;
beforeAll(async () => {
  database = await createMeshDatabase(await findTestServer(), ['shipments']);
  administrator = await openAdministrator(database.adminUrl);
  await administrator.runScript('SET search_path = shipments');
});
afterAll(async () => {
  await administrator.close();
  await database.drop();
});

/** Runs the pipeline as the platform does, after a change of the source. */
async function runPipeline(change = ''): Promise<void> {
  const files = (await readdir(new URL('pipeline/', folder))).toSorted();
  await administrator.transaction(async () => {
    await administrator.runScript(change);
    for (const file of files) {
      await administrator.runScript(await readFile(new URL(`pipeline/${file}`, folder), 'utf8'));
    }
  });
}

/** How many rows there are, and one text that differs as soon as any of them does. */
async function fingerprint(): Promise<{ readonly rows: number; readonly text: string }> {
  const [row] = await administrator.query<{ rows: number; text: string }>(
    `SELECT count(*)::int AS rows, md5(string_agg(shipment::text, '' ORDER BY id)) AS text FROM shipment`,
  );
  return row ?? { rows: 0, text: '' };
}

test('every SQL check of the contract holds', async () => {
  const contract = parseContract(await readFile(new URL('contract.odcs.yaml', folder), 'utf8'));
  if (!contract.ok) throw new Error(JSON.stringify(contract.problems));
  const checks = contract.value.schema.flatMap((table) =>
    [...table.quality, ...table.properties.flatMap(({ quality }) => quality)]
      .filter(({ type }) => type === 'sql')
      .map(({ query = '' }) => query.replaceAll('{object}', `shipments.${table.physicalName}`)),
  );

  const counts: unknown[] = [];
  for (const query of checks) counts.push(...(await administrator.query(query)));

  expect(counts).toEqual([{ count: '0' }, { count: '0' }]);
});

test('running again changes nothing', async () => {
  const before = await fingerprint();
  await runPipeline();

  expect(before.rows).toBe(5009);
  expect(await fingerprint()).toEqual(before);
});

test('an order that leaves the source takes its shipment along, and a change is written over', async () => {
  await runPipeline(
    `DELETE FROM landing.superstore_line WHERE order_id = 'CA-2016-138688';
     UPDATE landing.superstore_line SET ship_date = ship_date + 1 WHERE order_id = 'CA-2016-152156'`,
  );

  const [changed] = await administrator.query(
    `SELECT shipped_on::text AS day, days_to_ship AS days FROM shipment WHERE order_id = 'CA-2016-152156'`,
  );
  expect((await fingerprint()).rows).toBe(5008);
  expect(changed).toEqual({ day: '2016-11-12', days: 4 });
});

test.each([
  [
    'an order with two addresses',
    "UPDATE landing.superstore_line SET city = 'Elsewhere' WHERE row_id = 1",
    'cannot affect row a second time',
  ],
  [
    'goods that left before they were ordered',
    'UPDATE landing.superstore_line SET ship_date = order_date - 1',
    'days_to_ship_check',
  ],
])('%s stops the run', async (_, fault, reason) => {
  await expect(runPipeline(fault)).rejects.toThrow(reason);
});
