import { resolve } from 'node:path';

import type { Command } from 'commander';

import { renderRowPolicies } from '../control/pipeline/render-row-policies.ts';
import type { CommandTools } from './command-tools.ts';
import { findLocalDatabase, passwordOf, toProductUrl } from './local/database/local-database.ts';
import { findLocalJwks } from './local/local-keys.ts';
import { parsePort } from './parse-port.ts';
import { loadMeshProducts, portOf } from './project/load-mesh-products.ts';
import { toVariable } from './project/product-variable.ts';
import { findProjectPaths } from './project/project-paths.ts';

interface PoliciesOptions {
  readonly products?: string;
  readonly json?: true;
}

interface StartOptions {
  readonly port?: number;
  readonly data: string;
}

/**
 * Adds `meshgate product start`, which runs one data product until it is told to stop, and
 * `meshgate product policies`, which prints what PostgreSQL is told about its rows.
 */
export function addProductCommand(program: Command, tools: CommandTools): void {
  const product = program.command('product').description('work with one data product');
  product
    .command('start')
    .description('run one data product alone')
    .argument('<name>', 'name of the product, which is that of its folder')
    .option(
      '--port <number>',
      'port to listen on (default: PORT, or that of its descriptor)',
      parsePort,
    )
    .option('--data <folder>', 'data folder of a running mesh, for what is not set', '.meshgate')
    .addHelpText(
      'after',
      `
DATABASE_URL (as the product's runtime role) and GATEWAY_JWKS (URL or file of the gateway's
public keys) say what to connect to. What is not set is taken from the mesh that runs on the
data folder, so that a product can be developed against the rest of that mesh.`,
    )
    .action((name: string, options: StartOptions) => startProduct(name, options, tools));
  product
    .command('policies')
    .description('print the SQL that the row rules of a data product stand for')
    .argument('<name>', 'name of the product, which is that of its folder')
    .option('--products <folder>', 'folder of data products (default: those of this installation)')
    .option('--json', 'print rules and SQL as JSON')
    .addHelpText(
      'after',
      `
The rules stand in the custom property rowRules of product.odps.yaml. meshgate up and
meshgate pipeline run apply them.`,
    )
    .action((name: string, options: PoliciesOptions) => printPolicies(name, options, tools));
}

async function printPolicies(
  name: string,
  options: PoliciesOptions,
  { stdout }: CommandTools,
): Promise<void> {
  const folder = resolve(options.products ?? findProjectPaths().productsFolder);
  const [product] = await loadMeshProducts(folder, [name]);
  const rules = product?.rowRules ?? [];
  const sql = renderRowPolicies(name, rules);
  const text = sql === '' ? `-- ${name} declares no row rules.\n` : sql;
  stdout.write(options.json === true ? `${JSON.stringify({ product: name, rules, sql })}\n` : text);
}

async function startProduct(
  name: string,
  options: StartOptions,
  { env }: CommandTools,
): Promise<void> {
  const [product] = await loadMeshProducts(findProjectPaths().productsFolder, [name]);
  const descriptorPort = product === undefined ? 0 : portOf(product);
  const port = options.port ?? env[toVariable(name, 'PORT')] ?? env.PORT ?? descriptorPort;
  const settings = {
    ...(await findLocalSettings(name, options.data)),
    ...env,
    [toVariable(name, 'PORT')]: String(port),
  };

  // Loaded here, because a server's code is a waste of time for every other command.
  const [{ loadProduct }, { runProducts }] = await Promise.all([
    import('../../shared/kit/host/load-product.ts'),
    import('../../shared/kit/host/run-products.ts'),
  ]);
  await runProducts(async () => [await loadProduct(name)], settings);
  // The host ends this process itself when it is told to stop.
  await new Promise(() => undefined);
}

/** What the mesh on a data folder offers; the environment goes first. */
async function findLocalSettings(
  name: string,
  dataFolder: string,
): Promise<Record<string, string>> {
  const [database, jwksFile] = await Promise.all([
    findLocalDatabase(dataFolder),
    findLocalJwks(dataFolder),
  ]);
  return {
    ...(database === null
      ? {}
      : {
          DATABASE_URL: toProductUrl(database.adminUrl, name, passwordOf(database.secrets, name)),
        }),
    ...(jwksFile === null ? {} : { GATEWAY_JWKS: jwksFile }),
  };
}
