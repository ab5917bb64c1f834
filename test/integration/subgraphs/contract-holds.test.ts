/**
 * Promises of contracts, held against the real lines by PostgreSQL itself: columns, required
 * values, and every check that is a pattern, a list of values, a query or a number of rows.
 */

import { readFile } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type Contract, parseContract } from '../../../shared/contract/data-contract.ts';
import type { QualityCheck } from '../../../shared/contract/quality-check.ts';
import {
  type Administrator,
  openAdministrator,
} from '../../../shared/postgres/open-administrator.ts';
import { createMeshDatabase, type MeshDatabase } from '../../support/mesh-database.ts';
import { findTestServer } from '../../support/postgres.ts';

describe.each(['accounts', 'products'])('%s', (product) => {
  let contract: Contract;
  let database: MeshDatabase;
  let administrator: Administrator;
  beforeAll(async () => {
    const file = new URL(`../../../subgraphs/${product}/contract.odcs.yaml`, import.meta.url);
    const parsed = parseContract(await readFile(file, 'utf8'));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    contract = parsed.value;
    database = await createMeshDatabase(await findTestServer(), [product]);
    administrator = await openAdministrator(database.adminUrl);
    await administrator.runScript(`SET search_path = ${product}`);
  });
  afterAll(async () => {
    await administrator.close();
    await database.drop();
  });

  /** How many rows a check counts as broken. */
  async function countBroken(table: string, column: string, check: QualityCheck): Promise<number> {
    const { pattern, validValues } = check.arguments ?? {};
    const values = JSON.stringify(validValues ?? [])
      .replace(/^\[/, '{')
      .replace(/\]$/, '}');
    const isBroken =
      pattern === undefined ? `${column} <> ALL ('${values}')` : `${column} !~ '${pattern}'`;
    const query = check.query ?? `SELECT count(*) FROM {object} WHERE ${isBroken}`;
    const [row] = await administrator.query<{ broken: number }>(
      `SELECT (${query.replaceAll('{object}', table)})::int AS broken`,
    );
    return row?.broken ?? -1;
  }

  test('every column of the contract is in its table, and what is required is never empty', async () => {
    for (const { name, properties } of contract.schema) {
      const every = properties.map((column) => column.name).join(', ');
      const required = properties.filter((column) => column.required).map((column) => column.name);

      const incomplete = await administrator.query(
        `SELECT ${every} FROM ${name} WHERE num_nulls(${required.join(', ')}) > 0`,
      );

      expect(incomplete, name).toEqual([]);
    }
  });

  test('every pattern, list of values and query holds', async () => {
    const checks = contract.schema.flatMap((table) =>
      table.properties.flatMap(({ name, quality }) =>
        quality.map((check) => ({ table: table.name, column: name, check })),
      ),
    );
    const countable = checks.filter(
      ({ check }) => check.type === 'sql' || check.metric === 'invalidValues',
    );

    expect(countable.length).toBeGreaterThan(4);
    for (const { table, column, check } of countable) {
      const broken = await countBroken(table, column, check);
      expect(broken, check.id).toBe(check.mustBeLessOrEqualTo ?? check.mustBe);
    }
  });

  test('every table has the rows that are promised at least', async () => {
    for (const { name, quality } of contract.schema) {
      const promise = quality.find(({ metric }) => metric === 'rowCount');

      const [row] = await administrator.query<{ rows: number }>(
        `SELECT count(*)::int AS rows FROM ${name}`,
      );

      expect(row?.rows, name).toBe(promise?.mustBeGreaterOrEqualTo);
    }
  });
});
