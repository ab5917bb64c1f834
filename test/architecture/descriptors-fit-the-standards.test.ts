import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { findClassificationDrift } from '../../shared/contract/classification-drift.ts';
import { findContractDrift } from '../../shared/contract/contract-drift.ts';
import type { Contract } from '../../shared/contract/data-contract.ts';
import { findUndescribed } from '../../shared/contract/find-undescribed.ts';
import {
  CONTRACT_FILE,
  DESCRIPTOR_FILE,
  loadProductFolder,
  type ProductFolder,
} from '../../shared/contract/load-product-folder.ts';
import { indexSdl } from '../../shared/contract/sdl-index.ts';

const subgraphs = new URL('../../subgraphs/', import.meta.url);
const names = readdirSync(subgraphs, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** The standards' own schema files; they are not part of the project and may be absent. */
const standards = new URL('../../../shared/standards/', import.meta.url);
const officialSchemas = [
  [DESCRIPTOR_FILE, new URL('odps-json-schema-v1.0.0.json', standards)],
  [CONTRACT_FILE, new URL('odcs-json-schema-v3.1.0.json', standards)],
] as const;

async function loadProduct(name: string): Promise<ProductFolder> {
  const loaded = await loadProductFolder(new URL(`${name}/`, subgraphs));
  if (loaded.ok) return loaded.product;
  throw new Error(JSON.stringify(loaded.problems, null, 2));
}

/** Whether `table.column` or `product/contract.odcs.yaml#/schema/<id>/properties/<id>` is there. */
async function leadsToColumn(own: Contract, reference: string): Promise<boolean> {
  const [, product, tableId, columnId] =
    /^([\w-]+)\/contract\.odcs\.yaml#\/schema\/([\w-]+)\/properties\/([\w-]+)$/.exec(reference) ??
    [];
  if (product === undefined) {
    const [table, column] = reference.split('.');
    return hasColumn(own, table, column, 'name');
  }
  return names.includes(product)
    ? hasColumn((await loadProduct(product)).contract, tableId, columnId, 'id')
    : false;
}

function hasColumn(
  contract: Contract,
  table: string | undefined,
  column: string | undefined,
  by: 'name' | 'id',
): boolean {
  return contract.schema
    .filter((candidate) => candidate[by] === table)
    .some(({ properties }) => properties.some((candidate) => candidate[by] === column));
}

async function compileSchema(file: URL): Promise<ValidateFunction> {
  const ajv = new Ajv2019({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv.compile(JSON.parse(await readFile(file, 'utf8')));
}

test('there are six data products', () => {
  expect(names.toSorted()).toEqual([
    'accounts',
    'forecast',
    'orders',
    'products',
    'segments',
    'shipments',
  ]);
});

describe.each(names)('%s', (name) => {
  test('fits the project’s own schema, and its files agree', async () => {
    const loaded = await loadProductFolder(new URL(`${name}/`, subgraphs));

    expect(loaded.ok ? [] : loaded.problems).toEqual([]);
  });

  test('surfaces every column of the contract at a field that fits', async () => {
    const { contract, sdl } = await loadProduct(name);

    expect(findContractDrift(contract, indexSdl(sdl))).toEqual([]);
  });

  test('guards in the SDL what the contract classifies, and nothing else; no key is classified', async () => {
    const { contract, sdl } = await loadProduct(name);

    expect(findClassificationDrift(contract, indexSdl(sdl))).toEqual([]);
  });

  test('describes every type, field, argument, enum value and input field', async () => {
    const { sdl } = await loadProduct(name);

    expect(findUndescribed(sdl)).toEqual([]);
  });

  test('refers to columns that exist, in its own contract or in another', async () => {
    const { contract } = await loadProduct(name);

    const references = contract.schema.flatMap((table) => [
      ...table.relationships.flatMap(({ from, to }) => [from, to].flat()),
      ...table.properties.flatMap((column) =>
        column.relationships.flatMap(({ to }) => [to].flat()),
      ),
    ]);
    const missing: string[] = [];
    for (const reference of references) {
      if (!(await leadsToColumn(contract, reference))) missing.push(reference);
    }
    expect(missing).toEqual([]);
  });

  test('shows at least one example operation', async () => {
    const { examples } = await loadProduct(name);

    expect(examples).not.toEqual([]);
  });

  test.each(officialSchemas.filter(([, schema]) => existsSync(schema)))(
    'fits the official schema of %s',
    async (file, schema) => {
      const validate = await compileSchema(schema);
      const text = await readFile(new URL(`${name}/${file}`, subgraphs), 'utf8');

      validate(parse(text));

      expect(validate.errors ?? []).toEqual([]);
    },
  );
});
