import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import pg from 'pg';
import { onTestFinished } from 'vitest';

import type { LandingSource } from '../../gateway/control/pipeline/load-landing.ts';
import {
  type PlatformReport,
  type PreparePlatformOptions,
  preparePlatform,
} from '../../gateway/control/pipeline/prepare-platform.ts';
import { openAdministrator } from '../../shared/postgres/open-administrator.ts';
import { createTestDatabase, findTestServer, type TestDatabase } from './postgres.ts';
import { writeFolder } from './write-folder.ts';

const COLUMNS =
  '"Row ID","Order ID","Order Date","Ship Date","Ship Mode","Customer ID","Customer Name","Segment","Country","City","State","Postal Code","Region","Product ID","Category","Sub-Category","Product Name","Sales","Quantity","Discount","Profit"';

/** A source line in the form of the shipped file. */
export const sourceLine = (row: number, region: string, sales: string) =>
  `${row},"CA-2016-${row}",2016-11-08,2016-11-11,"Second Class","CG-12520","Claire Gute","Consumer","United States","Henderson","Kentucky",42420,"${region}","FUR-BO-10001798","Furniture","Bookcases","A ""tall"" case, oak",${sales},2,0,41.9136`;

/** A line in the south and one in the west. */
export const TWO_LINES = [sourceLine(1, 'South', '261.96'), sourceLine(2, 'West', '731.94')];

/** A product with one table under row-level security; `ROLE` stands for its name. */
export const STOCK = {
  'product.odps.yaml': '',
  'migrations/0001-item.sql': `
    CREATE TABLE item (id int PRIMARY KEY, region text NOT NULL, sales numeric NOT NULL);
    ALTER TABLE item ENABLE ROW LEVEL SECURITY;
    CREATE POLICY by_region ON item
      USING (region = ANY ((SELECT mesh.claim_values('regions'))::text[]));
    GRANT SELECT ON item TO "ROLE";`,
  'pipeline/0001-item.sql': `
    TRUNCATE item;
    INSERT INTO item SELECT row_id, region, sales FROM landing.superstore_line;`,
};

/** A product under test: a database of its own and a name that no other test has. */
export interface StockProduct {
  readonly database: TestDatabase;
  /** Name of the product, its schema and its role. */
  readonly name: string;
  /** Folder that holds the product's folder. */
  readonly folder: string;
  /** Replaces or adds files of the product. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  prepare(options?: Partial<PreparePlatformOptions>): Promise<PlatformReport>;
  /** Rows of the last of some statements that the administrator runs. */
  ask(...statements: string[]): Promise<unknown[]>;
  /** The same as the product's runtime role. */
  askAsRole(...statements: string[]): Promise<unknown[]>;
  drop(): Promise<void>;
}

/** Makes the product, ready to be prepared; whoever calls it drops it. */
export async function createStockProduct(
  files: Readonly<Record<string, string>> = STOCK,
): Promise<StockProduct> {
  const database = await createTestDatabase();
  const name = `stock-${randomBytes(4).toString('hex')}`;
  const tree = await writeFolder({ 'lines.csv': toCsv(TWO_LINES) });
  const write = (more: Readonly<Record<string, string>>) =>
    tree.write(
      Object.fromEntries(
        Object.entries(more).map(([path, text]) => [
          `products/${name}/${path}`,
          text.replaceAll('ROLE', name),
        ]),
      ),
    );
  await write(files);
  const folder = join(tree.path, 'products');
  const source = toSource(join(tree.path, 'lines.csv'), 2);
  return {
    database,
    name,
    folder,
    write,
    prepare: (options = {}) =>
      preparePlatform(database.adminUrl, [{ product: name, password: 'a password' }], {
        productsFolder: folder,
        source,
        ...options,
      }),
    ask: (...statements) => ask(database.adminUrl, statements),
    askAsRole: (...statements) => ask(database.urlFor(name), statements),
    async drop() {
      await database.drop();
      const administrator = await openAdministrator(await findTestServer());
      await administrator.runScript(`DROP ROLE IF EXISTS "${name}"`);
      await administrator.close();
      await tree.remove();
    },
  };
}

/** A source file for one test, with the lines given and a count that may be wrong. */
export async function createSource(
  lines: readonly string[],
  rows = lines.length,
): Promise<LandingSource> {
  const { path, remove } = await writeFolder({ 'lines.csv': toCsv(lines) });
  onTestFinished(remove);
  return toSource(join(path, 'lines.csv'), rows);
}

function toCsv(lines: readonly string[]): string {
  return `${[COLUMNS, ...lines].join('\n')}\n`;
}

function toSource(file: string, rows: number): LandingSource {
  return { file, table: 'landing.superstore_line', rows };
}

async function ask(url: string, statements: readonly string[]): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: unknown[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}
