import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect, onTestFinished, test } from 'vitest';

import { loadProductFolder } from '../../../../shared/contract/load-product-folder.ts';
import { minimalContract, minimalDescriptor } from '../../../support/descriptor-texts.ts';

const goodFiles = {
  'product.odps.yaml': minimalDescriptor,
  'contract.odcs.yaml': minimalContract,
  'schema.graphql': 'type Query { orders: Int }\n',
  'examples/b.graphql': '# Title: Second\nquery B { orders }\n',
  'examples/a.graphql': '# Title: First\nquery A { orders }\n',
  'examples/notes.txt': 'Not an operation.\n',
};

/** Writes a product's files into a folder named `name` and loads it. */
async function loadFrom(files: Readonly<Record<string, string>>, name = 'orders') {
  const parent = await mkdtemp(join(tmpdir(), 'meshgate-contract-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  const folder = join(parent, name);
  await mkdir(join(folder, 'examples'), { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  return loadProductFolder(pathToFileURL(`${folder}/`));
}

test('reads all standard files of a folder, examples in the order of their names', async () => {
  const loaded = await loadFrom(goodFiles);

  expect(loaded).toMatchObject({
    ok: true,
    product: {
      name: 'orders',
      descriptor: { id: 'urn:dataproduct:sales:orders' },
      contract: { id: 'urn:datacontract:sales:orders' },
      subgraph: { name: 'orders', routingUrl: new URL('http://127.0.0.1:4103/graphql') },
      sdl: goodFiles['schema.graphql'],
      examples: [{ title: 'First' }, { title: 'Second' }],
    },
  });
});

test('names every file that is missing', async () => {
  const loaded = await loadFrom({});

  expect(loaded.ok ? [] : loaded.problems.map(({ file, given }) => [file, given])).toEqual([
    ['product.odps.yaml', 'nothing'],
    ['contract.odcs.yaml', 'nothing'],
    ['schema.graphql', 'nothing'],
  ]);
});

test('reports the problems of all files together', async () => {
  const loaded = await loadFrom({
    'product.odps.yaml': `${minimalDescriptor}tier: gold\n`,
    'contract.odcs.yaml': minimalContract.replace('status: active', 'status: live'),
    'schema.graphql': 'type Query {',
    'examples/a.graphql': 'query A { orders }\n',
  });

  expect(loaded.ok ? [] : loaded.problems.map(({ file, path }) => [file, path])).toEqual([
    ['product.odps.yaml', 'tier'],
    ['contract.odcs.yaml', 'status'],
    ['schema.graphql', ''],
    ['examples/a.graphql', 'Title'],
  ]);
});

test('wants one name for folder, subgraph and product', async () => {
  const loaded = await loadFrom(goodFiles, 'shop');

  expect(loaded.ok ? [] : loaded.problems.map(({ path, expected }) => [path, expected])).toEqual([
    ['outputPorts[0].customProperties.subgraph.name', '"shop"'],
    ['id', '"urn:dataproduct:sales:shop"'],
  ]);
});

test.each([
  [
    'contract id',
    'contract.odcs.yaml',
    'datacontract:sales:orders',
    'datacontract:sales:other',
    'id',
  ],
  ['contract version', 'contract.odcs.yaml', 'version: 1.0.0', 'version: 1.1.0', 'version'],
  [
    'product',
    'contract.odcs.yaml',
    'dataproduct:sales:orders',
    'dataproduct:sales:x',
    'dataProduct',
  ],
  ['domain', 'contract.odcs.yaml', 'domain: sales', 'domain: crm', 'domain'],
  ['tenant', 'contract.odcs.yaml', 'tenant: acme', 'tenant: other', 'tenant'],
  ['team', 'contract.odcs.yaml', 'name: sales-orders', 'name: others', 'team.name'],
  [
    'input contract',
    'product.odps.yaml',
    'extract, version: 1.0.0 }',
    'extract, version: 2.0.0 }',
    'outputPorts[0].inputContracts[0]',
  ],
  [
    'subgraph declaration',
    'product.odps.yaml',
    'property: subgraph',
    'property: graph',
    'outputPorts[0].customProperties.subgraph',
  ],
  ['kind of output', 'product.odps.yaml', 'type: graphql', 'type: rest', 'outputPorts'],
] as const)('finds a %s that does not agree with the rest', async (_, file, right, wrong, path) => {
  const loaded = await loadFrom({ ...goodFiles, [file]: goodFiles[file].replace(right, wrong) });

  expect(loaded.ok ? [] : loaded.problems).toMatchObject([{ file, path }]);
});
