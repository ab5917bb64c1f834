import type { Command } from 'commander';

import type { CommandTools } from './command-tools.ts';
import { findLocalDatabase, passwordOf, toProductUrl } from './local/database/local-database.ts';
import { findLocalJwks } from './local/local-keys.ts';
import { parsePort } from './parse-port.ts';
import { loadMeshProducts, portOf } from './project/load-mesh-products.ts';
import { toVariable } from './project/product-variable.ts';
import { findProjectPaths } from './project/project-paths.ts';

interface StartOptions {
  readonly port?: number;
  readonly data: string;
}

/** Adds `meshgate product start`, which runs one data product until it is told to stop. */
export function addProductCommand(program: Command, tools: CommandTools): void {
  program
    .command('product')
    .description('work with one data product')
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
