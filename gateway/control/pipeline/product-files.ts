import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { parseRowRules, type RowRule } from '../../../shared/contract/row-rules.ts';
import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import { readSqlFolder, type SqlFile } from '../database/sql-files.ts';

/** What the platform runs for one product. */
export interface ProductFiles {
  readonly product: string;
  /** In the order of their numbers. */
  readonly migrations: readonly SqlFile[];
  /** In the order of their numbers. */
  readonly pipelines: readonly SqlFile[];
  /** As the product's descriptor declares them. */
  readonly rowRules: readonly RowRule[];
}

const DESCRIPTOR = 'product.odps.yaml';

/** Schemas that are not a product's to take. */
const RESERVED_NAMES = new Set([
  'mesh',
  'meshgate',
  'landing',
  'public',
  'postgres',
  'information_schema',
]);

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
    folders.map((name) => exists(join(productsFolder, name, DESCRIPTOR))),
  );
  const names = folders.filter((_, index) => described[index] === true).toSorted();
  if (names.length === 0) {
    throw new MeshgateError('CONFIG_INVALID', {
      message: `Expected data products in ${productsFolder}, but no folder there has a ${DESCRIPTOR}.`,
    });
  }
  for (const name of names) assertProductName(name);
  return names;
}

/**
 * Reads the SQL of one product, and the row rules that its descriptor declares.
 *
 * @param productsFolder Path of the folder that holds one folder per product.
 * @throws {MeshgateError} `CONFIG_INVALID` when the name cannot serve as a schema, there
 *   is no such product, or a file is not named `NNNN-title.sql` with a number of its own;
 *   `DESCRIPTOR_INVALID` when the row rules cannot be read.
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
  const [migrations, pipelines, rowRules] = await Promise.all([
    readSqlFolder(join(folder, 'migrations')),
    readSqlFolder(join(folder, 'pipeline')),
    readRowRules(folder, product),
  ]);
  return { product, migrations, pipelines, rowRules };
}

async function readRowRules(folder: string, product: string): Promise<readonly RowRule[]> {
  const text = await readFile(join(folder, DESCRIPTOR), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    },
  );
  const parsed = parseRowRules(text);
  if (parsed.ok) return parsed.value;
  const problems = parsed.problems.map(
    ({ path, line, expected, given }) =>
      `subgraphs/${product}/${DESCRIPTOR}${line === null ? '' : `:${line}`}: ${path}: expected ${expected}, but found ${given}`,
  );
  throw new MeshgateError('DESCRIPTOR_INVALID', {
    message: `The data product is not described as it must be:\n${problems.join('\n')}`,
    details: { problems: parsed.problems },
  });
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
