import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { preparePlatform } from '../../gateway/control/pipeline/prepare-platform.ts';
import { readProductFiles } from '../../gateway/control/pipeline/product-files.ts';
import { openAdministrator, quoteIdentifier } from '../../shared/postgres/open-administrator.ts';

/** A database of its own, with the named products ready and filled. */
export interface MeshDatabase {
  /** Connection URL of the administrator, who sees every row. */
  readonly adminUrl: string;
  /** Connection URL of a product's runtime role. */
  urlOf(product: string): string;
  /** Removes the database; sessions that are still open are ended. */
  drop(): Promise<void>;
}

const productsFolder = fileURLToPath(new URL('../../subgraphs', import.meta.url));
const platformFolder = fileURLToPath(new URL('../../gateway/control/pipeline', import.meta.url));

/** The same in every test database: roles belong to the server, not to a database. */
const passwordOf = (product: string) => `test-password-of-${product}`;

/**
 * Makes a fresh database that holds the real data of the named products.
 *
 * The work is done once per server and state of the SQL, in a template; what a test gets
 * is a copy of it, made in well under a second, and free to be written to.
 *
 * @param serverUrl Connection URL of a superuser, any database of the server.
 * @param products Names, in the order in which their pipelines run.
 */
export async function createMeshDatabase(
  serverUrl: string,
  products: readonly string[],
): Promise<MeshDatabase> {
  const administrator = await openAdministrator(serverUrl);
  try {
    const template = `mesh_template_${await fingerprint(products)}`;
    // One builds the template, the others wait; copying needs a template that nobody uses.
    await administrator.query('SELECT pg_advisory_lock(hashtext($1))', [template]);
    await ensureTemplate(administrator, serverUrl, template, products);

    const name = `mesh_${randomBytes(8).toString('hex')}`;
    await administrator.runScript(
      `CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE ${quoteIdentifier(template)}`,
    );
    return {
      adminUrl: withDatabase(serverUrl, name),
      urlOf: (product) => {
        const url = new URL(withDatabase(serverUrl, name));
        url.username = product;
        url.password = passwordOf(product);
        return url.href;
      },
      drop: () => dropDatabase(serverUrl, name),
    };
  } finally {
    await administrator.close();
  }
}

type OpenAdministrator = Awaited<ReturnType<typeof openAdministrator>>;

async function ensureTemplate(
  administrator: OpenAdministrator,
  serverUrl: string,
  template: string,
  products: readonly string[],
): Promise<void> {
  const known = await administrator.query('SELECT FROM pg_database WHERE datname = $1', [template]);
  if (known.length > 0) return;
  const building = `${template}_building`;
  await administrator.runScript(
    `DROP DATABASE IF EXISTS ${quoteIdentifier(building)} WITH (FORCE)`,
  );
  await administrator.runScript(`CREATE DATABASE ${quoteIdentifier(building)}`);
  await preparePlatform(
    withDatabase(serverUrl, building),
    products.map((product) => ({ product, password: passwordOf(product) })),
    { productsFolder },
  );
  await administrator.runScript(
    `ALTER DATABASE ${quoteIdentifier(building)} RENAME TO ${quoteIdentifier(template)}`,
  );
}

async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  const administrator = await openAdministrator(serverUrl);
  try {
    await administrator.runScript(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`);
  } finally {
    await administrator.close();
  }
}

/** Of everything the template follows from: the products' SQL and the platform's own. */
async function fingerprint(products: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const product of products) {
    hash.update(JSON.stringify(await readProductFiles(productsFolder, product)));
  }
  for (const name of (await readdir(platformFolder)).toSorted()) {
    hash.update(await readFile(`${platformFolder}/${name}`));
  }
  return hash.digest('hex').slice(0, 16);
}

function withDatabase(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}
