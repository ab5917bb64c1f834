import { createHash } from 'node:crypto';
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';

/** One SQL file of a product. */
export interface SqlFile {
  /** `NNNN-title.sql`; the number orders the files of a folder. */
  readonly name: string;
  readonly text: string;
  /** SHA-256 of the text, in hex. */
  readonly checksum: string;
}

/** What the platform runs for one product. */
export interface ProductFiles {
  readonly product: string;
  /** In the order of their numbers. */
  readonly migrations: readonly SqlFile[];
  /** In the order of their numbers. */
  readonly pipelines: readonly SqlFile[];
}

/** Schemas that are not a product's to take. */
const RESERVED_NAMES = new Set(['mesh', 'landing', 'public', 'postgres', 'information_schema']);

/**
 * Names the data products of a mesh: every folder with a `product.odps.yaml`.
 *
 * @param productsFolder Path of the folder that holds one folder per product.
 * @returns Names in alphabetical order; each can serve as a PostgreSQL role and schema.
 * @throws {MeshgateError} `CONFIG_INVALID` when the folder cannot be read, holds no
 *   product, or a name cannot serve.
 */
export async function listProducts(productsFolder: string): Promise<readonly string[]> {
  const entries = await readdir(productsFolder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new MeshgateError('CONFIG_INVALID', {
      message: `Expected a folder of data products at ${productsFolder}, which cannot be read. Give the folder that holds one folder per product.`,
      cause,
    });
  });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const described = await Promise.all(
    folders.map((name) => exists(join(productsFolder, name, 'product.odps.yaml'))),
  );
  const names = folders.filter((_, index) => described[index] === true).toSorted();
  if (names.length === 0) {
    throw new MeshgateError('CONFIG_INVALID', {
      message: `Expected data products in ${productsFolder}, but no folder there has a product.odps.yaml.`,
    });
  }
  for (const name of names) assertProductName(name);
  return names;
}

/**
 * Reads the SQL of one product.
 *
 * @param productsFolder Path of the folder that holds one folder per product.
 * @throws {MeshgateError} `CONFIG_INVALID` when the name cannot serve as a schema, there
 *   is no such product, or a file is not named `NNNN-title.sql` with a number of its own.
 */
export async function readProductFiles(
  productsFolder: string,
  product: string,
): Promise<ProductFiles> {
  assertProductName(product);
  const folder = join(productsFolder, product);
  if (!(await exists(folder))) {
    throw new MeshgateError('CONFIG_INVALID', {
      message: `Expected a data product named ${product}, but there is no folder ${folder}. The products here are: ${(await listProducts(productsFolder)).join(', ')}.`,
    });
  }
  const [migrations, pipelines] = await Promise.all([
    readSqlFolder(join(folder, 'migrations')),
    readSqlFolder(join(folder, 'pipeline')),
  ]);
  return { product, migrations, pipelines };
}

async function readSqlFolder(folder: string): Promise<readonly SqlFile[]> {
  if (!(await exists(folder))) return [];
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
  const numbers = new Set<string>();
  for (const name of names) {
    const number = /^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1];
    if (number === undefined || numbers.has(number)) {
      throw new MeshgateError('CONFIG_INVALID', {
        message: `Expected SQL files named NNNN-title.sql, each with a number of its own, but found ${name} in ${folder}. Rename it.`,
      });
    }
    numbers.add(number);
  }
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8');
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

function assertProductName(name: string): void {
  if (/^[a-z][a-z0-9-]{0,62}$/.test(name) && !RESERVED_NAMES.has(name)) {
    return;
  }
  throw new MeshgateError('CONFIG_INVALID', {
    message: `Expected the name of a data product to be lower-case letters, digits and hyphens (at most 63, first a letter, not a schema of the platform), because it names a schema and a role as well, but found ${JSON.stringify(name)}. Rename the folder.`,
  });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
