import { readFile } from 'node:fs/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { parseContract } from '../../../../shared/contract/data-contract.ts';
import {
  type Administrator,
  openAdministrator,
} from '../../../../shared/postgres/open-administrator.ts';
import { createMeshDatabase, type MeshDatabase } from '../../../support/mesh-database.ts';
import { findTestServer } from '../../../support/postgres.ts';

const folder = new URL('../../../../subgraphs/segments/', import.meta.url);

let database: MeshDatabase;
let administrator: Administrator;
beforeAll(async () => {
  database = await createMeshDatabase(await findTestServer(), ['segments']);
  administrator = await openAdministrator(database.adminUrl);
  await administrator.runScript('SET search_path = segments');
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
  const pipeline = await readFile(new URL('pipeline/0001-account-segment.sql', folder), 'utf8');
  let result: Result | undefined;
  const work = async () => {
    await administrator.runScript(change);
    await administrator.runScript(pipeline);
    result = await look();
    throw new Undo();
  };
  await administrator.transaction(work).catch((error: unknown) => {
    if (!(error instanceof Undo)) throw error;
  });
  return result;
}

/** One text that differs as soon as any row does. */
async function fingerprint(): Promise<string | undefined> {
  const [row] = await administrator.query<{ text: string }>(
    `SELECT count(*) || md5(string_agg(segment::text, '' ORDER BY id)) AS text FROM account_segment AS segment`,
  );
  return row?.text;
}

test('running again changes nothing', async () => {
  const before = await fingerprint();

  expect(before).toMatch(/^793/);
  expect(await afterChange('', fingerprint)).toBe(before);
});

test('an account that leaves the source leaves its segment, and the others are scored anew', async () => {
  const accounts = await afterChange(
    "DELETE FROM landing.superstore_line WHERE customer_id = 'CG-12520'",
    () =>
      administrator.query(
        `SELECT count(*)::int AS all, count(*) FILTER (WHERE id = 'A-12520')::int AS gone FROM account_segment`,
      ),
  );

  expect(accounts).toEqual([{ all: 792, gone: 0 }]);
});

test('a source that is empty is a load that failed, and changes nothing', async () => {
  const before = await fingerprint();

  expect(await afterChange('DELETE FROM landing.superstore_line', fingerprint)).toBe(before);
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
    ['label_by_rule', 0],
    ['as_of_one_day', 1],
    ['recency_score_fifths', 1],
  ]);
});

test('the hold-out figures of contract and README are what the method gives', async () => {
  const [row] =
    (await afterChange(
      `CREATE TEMP TABLE later ON COMMIT DROP AS
       SELECT DISTINCT 'A-' || split_part(customer_id, '-', 2) AS id
       FROM landing.superstore_line WHERE order_date >= '2017-01-01';
       DELETE FROM landing.superstore_line WHERE order_date >= '2017-01-01';`,
      () =>
        administrator.query<Record<string, string>>(
          `SELECT
             count(*)::int AS accounts,
             round(100.0 * count(later.id) / count(*), 1)::text AS all,
             count(*) FILTER (WHERE best)::int AS "bestAccounts",
             round(100.0 * count(later.id) FILTER (WHERE best) / count(*) FILTER (WHERE best), 1)::text AS best,
             count(*) FILTER (WHERE gone)::int AS "goneAccounts",
             round(100.0 * count(later.id) FILTER (WHERE gone) / count(*) FILTER (WHERE gone), 1)::text AS gone
           FROM (
             SELECT id, label IN ('CHAMPIONS', 'LOYAL') AS best, label IN ('LOST', 'CANNOT_LOSE') AS gone
             FROM account_segment
           ) AS segment
           LEFT JOIN later USING (id)`,
        ),
    )) ?? [];

  expect(row).toEqual({
    accounts: 782,
    all: '87.2',
    bestAccounts: 263,
    best: '90.1',
    goneAccounts: 157,
    gone: '84.7',
  });
  for (const file of ['README.md', 'contract.odcs.yaml', 'product.odps.yaml']) {
    const text = await readFile(new URL(file, folder), 'utf8');
    for (const share of ['87.2 %', '90.1 %', '84.7 %']) expect(text, file).toContain(share);
  }
});
