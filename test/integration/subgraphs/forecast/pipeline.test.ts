import { readdir, readFile } from 'node:fs/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { parseContract } from '../../../../shared/contract/data-contract.ts';
import {
  type Administrator,
  openAdministrator,
} from '../../../../shared/postgres/open-administrator.ts';
import { createMeshDatabase, type MeshDatabase } from '../../../support/mesh-database.ts';
import { findTestServer } from '../../../support/postgres.ts';

const folder = new URL('../../../../subgraphs/forecast/', import.meta.url);

let database: MeshDatabase;
let administrator: Administrator;
beforeAll(async () => {
  database = await createMeshDatabase(await findTestServer(), ['forecast']);
  administrator = await openAdministrator(database.adminUrl);
  await administrator.runScript('SET search_path = forecast');
});
afterAll(async () => {
  await administrator.close();
  await database.drop();
});

class Undo extends Error {}

/** Runs the pipeline after a change of the source, looks at the outcome, and takes it all back. */
async function afterChange<Result>(
  change: string,
  look: () => Promise<Result>,
): Promise<Result | undefined> {
  const files = (await readdir(new URL('pipeline/', folder))).toSorted();
  let result: Result | undefined;
  const work = async () => {
    await administrator.runScript(change);
    for (const file of files) {
      await administrator.runScript(await readFile(new URL(`pipeline/${file}`, folder), 'utf8'));
    }
    result = await look();
    throw new Undo();
  };
  await administrator.transaction(work).catch((error: unknown) => {
    if (!(error instanceof Undo)) throw error;
  });
  return result;
}

/** One text that differs as soon as any row of the three tables does. */
async function fingerprint(): Promise<unknown> {
  const rows: unknown[] = [];
  for (const table of ['monthly_figures', 'forecast_month', 'forecast_accuracy']) {
    rows.push(
      ...(await administrator.query(
        `SELECT count(*)::int AS rows, md5(string_agg(t::text, '' ORDER BY id)) AS text FROM ${table} AS t`,
      )),
    );
  }
  return rows;
}

test('running again changes nothing', async () => {
  const before = await fingerprint();

  expect(before).toMatchObject([{ rows: 576 }, { rows: 144 }, { rows: 12 }]);
  expect(await afterChange('', fingerprint)).toEqual(before);
});

test('a source that is empty is a load that failed, and changes nothing', async () => {
  const before = await fingerprint();

  expect(await afterChange('DELETE FROM landing.superstore_line', fingerprint)).toEqual(before);
});

test('a source that is too short to measure the method is refused, and the last forecast stays', async () => {
  const before = await fingerprint();
  const change = "DELETE FROM landing.superstore_line WHERE order_date < '2015-01-01'";

  await expect(afterChange(change, fingerprint)).rejects.toThrow(/division by zero/);
  expect(await fingerprint()).toEqual(before);
});

test('a month more in the source moves the forecast by a month', async () => {
  const moved = await afterChange(
    `INSERT INTO landing.superstore_line
     SELECT row_id + 10000, order_id || 'x', order_date + 31, ship_date + 31, ship_mode, customer_id, customer_name,
       segment, country, city, state, postal_code, region, product_id, category, sub_category, product_name, sales,
       quantity, discount, profit
     FROM landing.superstore_line WHERE order_date >= '2017-12-01'`,
    () =>
      administrator.query(
        `SELECT min(month)::text AS first, max(month)::text AS last, count(*)::int AS months,
           (SELECT max(last_month) FROM forecast_accuracy)::text AS measured FROM forecast_month`,
      ),
  );

  expect(moved).toEqual([
    { first: '2018-02-01', last: '2019-01-01', months: 144, measured: '2018-01-01' },
  ]);
});

test('every SQL check of the contract holds', async () => {
  const contract = parseContract(await readFile(new URL('contract.odcs.yaml', folder), 'utf8'));
  if (!contract.ok) throw new Error(JSON.stringify(contract.problems));
  const checks = contract.value.schema.flatMap((table) =>
    [...table.quality, ...table.properties.flatMap(({ quality }) => quality)]
      .filter(({ type }) => type === 'sql')
      .map(({ id, query = '' }) => [id, query.replaceAll('{object}', table.name)] as const),
  );

  const outcomes: unknown[] = [];
  for (const [id, query] of checks) {
    const [row] = await administrator.query<Record<string, string>>(query);
    outcomes.push([id, Number(Object.values(row ?? {})[0])]);
  }

  expect(outcomes).toEqual([
    ['no_month_is_missing', 0],
    ['revenue_is_that_of_the_lines', 0],
    ['twelve_months', 0],
    ['between_bounds', 0],
    ['better_than_the_year_before', 0],
  ]);
});
