import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { findClassificationDrift } from '../../shared/contract/classification-drift.ts';
import { findContractDrift } from '../../shared/contract/contract-drift.ts';
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
