import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { MeshgateError } from '../../../../shared/errors/meshgate-error.ts';
import {
  openAdministrator,
  quoteIdentifier,
} from '../../../../shared/postgres/open-administrator.ts';
import { type LocalSecrets, readSecrets } from '../data-folder.ts';

/** The database of a local mesh that runs, for commands beside it. */
export interface LocalDatabase {
  /** Connection URL of the administrator. */
  readonly adminUrl: string;
  readonly secrets: LocalSecrets;
}

const DATABASE = 'meshgate';

/**
 * Finds the database that `meshgate up` runs on a data folder.
 *
 * @returns Null when none runs there.
 */
export async function findLocalDatabase(dataFolder: string): Promise<LocalDatabase | null> {
  const folder = resolve(dataFolder);
  const secrets = await readSecrets(folder);
  const state = await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
  const port = state.split('\n')[3]?.trim();
  if (secrets === null || port === undefined) return null;
  const serverUrl = `postgresql://postgres:${secrets.administrator}@127.0.0.1:${port}/postgres`;
  return { adminUrl: toDatabaseUrl(serverUrl), secrets };
}

/**
 * Makes the mesh's own database on a server, unless there is one.
 *
 * @param serverUrl Connection URL of the administrator, any database.
 * @returns Connection URL of the administrator, that database.
 */
export async function createDatabase(serverUrl: string): Promise<string> {
  const administrator = await openAdministrator(serverUrl);
  try {
    const known = await administrator.query('SELECT FROM pg_database WHERE datname = $1', [
      DATABASE,
    ]);
    if (known.length === 0) {
      await administrator.runScript(`CREATE DATABASE ${quoteIdentifier(DATABASE)}`);
    }
    return toDatabaseUrl(serverUrl);
  } finally {
    await administrator.close();
  }
}

/** @returns Connection URL of a product's runtime role to the mesh's database on that server. */
export function toProductUrl(serverUrl: string, product: string, password: string): string {
  const url = new URL(toDatabaseUrl(serverUrl));
  url.username = product;
  url.password = password;
  return url.href;
}

/** @throws {MeshgateError} `CONFIG_INVALID` when the data folder has no password for it. */
export function passwordOf(secrets: LocalSecrets, product: string): string {
  const password = secrets.products[product];
  if (password !== undefined) return password;
  throw new MeshgateError('CONFIG_INVALID', {
    message: `Expected the data folder to have a password for the role of ${product}, but it has none. Start the mesh once with meshgate up, which makes it.`,
  });
}

function toDatabaseUrl(serverUrl: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${DATABASE}`;
  return url.href;
}
