import { expect, onTestFinished, test } from 'vitest';

import {
  listProducts,
  readProductFiles,
} from '../../../../../gateway/control/pipeline/product-files.ts';
import { writeFolder } from '../../../../support/write-folder.ts';

async function createProducts(files: Readonly<Record<string, string>>): Promise<string> {
  const { path, remove } = await writeFolder(files);
  onTestFinished(remove);
  return path;
}

test('a product is a folder with a descriptor, listed by name', async () => {
  const folder = await createProducts({
    'orders/product.odps.yaml': '',
    'accounts/product.odps.yaml': '',
    'notes/readme.md': '',
    'product.odps.yaml': '',
  });

  expect(await listProducts(folder)).toEqual(['accounts', 'orders']);
});

test.each(['mesh', 'landing', 'public', 'Orders', '1orders', 'or_ders', 'a'.repeat(64)])(
  'refuses %s as a name, since it would name a schema and a role',
  async (name) => {
    const folder = await createProducts({ [`${name}/product.odps.yaml`]: '' });

    await expect(listProducts(folder)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('Rename the folder.'),
    });
  },
);

test('says so when there is no product, or no folder', async () => {
  const folder = await createProducts({ 'notes/readme.md': '' });

  await expect(listProducts(folder)).rejects.toMatchObject({
    message: expect.stringContaining('no folder there has a product.odps.yaml'),
  });
  await expect(listProducts(`${folder}/none`)).rejects.toMatchObject({
    message: expect.stringContaining('which cannot be read'),
  });
});

test('reads SQL in the order of its numbers and leaves other files alone', async () => {
  const folder = await createProducts({
    'orders/product.odps.yaml': '',
    'orders/migrations/0010-later.sql': 'SELECT 10;',
    'orders/migrations/0002-earlier.sql': 'SELECT 2;',
    'orders/migrations/notes.md': '',
  });

  const { migrations, pipelines } = await readProductFiles(folder, 'orders');

  expect(migrations).toEqual([
    {
      name: '0002-earlier.sql',
      text: 'SELECT 2;',
      checksum: expect.stringMatching(/^[\da-f]{64}$/),
    },
    expect.objectContaining({ name: '0010-later.sql' }),
  ]);
  expect(pipelines).toEqual([]);
});

test.each([
  ['has no number', ['orders.sql']],
  ['has a short number', ['1-orders.sql']],
  ['shares its number', ['0001-a.sql', '0001-b.sql']],
])('refuses a SQL file that %s', async (_, names) => {
  const folder = await createProducts({
    'orders/product.odps.yaml': '',
    ...Object.fromEntries(names.map((name) => [`orders/pipeline/${name}`, ''])),
  });

  await expect(readProductFiles(folder, 'orders')).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(
      new RegExp(
        `^Expected SQL files named NNNN-title\\.sql, .* but found ${names.at(-1)} in .*Rename it\\.$`,
      ),
    ),
  });
});

test('names the products there are when asked for another', async () => {
  const folder = await createProducts({ 'orders/product.odps.yaml': '' });

  await expect(readProductFiles(folder, 'order')).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('The products here are: orders.'),
  });
});
