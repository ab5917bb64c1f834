import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { findProductFolder } from '../../../../../shared/kit/server/product-folder.ts';

async function createTree(...folders: readonly string[]): Promise<URL> {
  // The word dist above the project must not confuse the mapping.
  const root = await mkdtemp(join(tmpdir(), 'meshgate-folder-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const project = join(root, 'dist', 'project');
  for (const folder of folders) {
    await mkdir(join(project, folder), { recursive: true });
    await writeFile(join(project, folder, 'schema.graphql'), '');
  }
  return pathToFileURL(`${project}/`);
}

test('a product that runs from source has its files beside its code', async () => {
  const project = await createTree('subgraphs/orders');
  const folder = new URL('subgraphs/orders/', project);

  expect(findProductFolder(folder)).toEqual({ name: 'orders', url: folder });
});

test('a compiled product has its files in the source folder', async () => {
  const project = await createTree('subgraphs/orders');

  expect(findProductFolder(new URL('dist/subgraphs/orders/', project))).toEqual({
    name: 'orders',
    url: new URL('subgraphs/orders/', project),
  });
});

test('a folder without a schema is refused', async () => {
  const project = await createTree();

  expect(() => findProductFolder(new URL('subgraphs/orders/', project))).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('no schema.graphql'),
    }),
  );
});

test('a folder whose name cannot be that of a product is refused', async () => {
  const project = await createTree('subgraphs/My_Orders');

  expect(() => findProductFolder(new URL('subgraphs/My_Orders/', project))).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('My_Orders'),
    }),
  );
});
