/**
 * The whole mesh on this machine: PostgreSQL, the data, the products, the gateway.
 *
 * Everything that outlives a start is in the data folder; everything that runs is a child of
 * this process, or runs in it, and stops with it in the order gateway, products, database.
 *
 * @module
 */
import { join } from 'node:path';

import type { ProductFolder } from '../../../shared/contract/load-product-folder.ts';
import { ACCESS_API, loadAccessSchema } from '../../control/api/access/load-access-schema.ts';
import { preparePlatform } from '../../control/pipeline/prepare-platform.ts';
import { registerMeshProducts } from '../access/register-mesh-products.ts';
import type { CommandTools, ServedGateway } from '../command-tools.ts';
import { composeProducts } from '../project/compose-products.ts';
import { loadMeshProducts } from '../project/load-mesh-products.ts';
import { toVariable } from '../project/product-variable.ts';
import type { ProjectPaths } from '../project/project-paths.ts';
import { writeWhole } from '../project/write-whole.ts';
import type { Progress } from '../terminal/progress.ts';
import { assertPortsFree, findFreePort } from './check-port.ts';
import { type LocalSecrets, loadSecrets, openDataFolder } from './data-folder.ts';
import { type DatabaseServer, startDatabaseServer } from './database/database-server.ts';
import { createDatabase, passwordOf, toProductUrl } from './database/local-database.ts';
import { type LocalKeys, prepareLocalKeys } from './local-keys.ts';
import { toPlatformNote } from './platform-note.ts';
import { stopRecordedProcess } from './process-record.ts';
import { startProductHost } from './product-host.ts';
import { startLocalAccess } from './start-local-access.ts';
import type { StopStack } from './stop-stack.ts';

export interface LocalMeshSettings {
  /** Of the gateway, 0 for any free one. */
  readonly port: number;
  readonly dataFolder: string;
  /** Of the first product; the others follow in the order of their descriptors' ports. */
  readonly firstProductPort: number;
  /** Of the database; null for any free one. */
  readonly postgresPort: number | null;
}

/** What a start needs besides its settings. */
export interface LocalMeshParts {
  readonly tools: CommandTools;
  readonly paths: ProjectPaths;
  readonly progress: Progress;
  /** Takes every part as soon as it runs. */
  readonly running: StopStack;
  /** Hears of what happens to a mesh that runs. */
  readonly onEvent: (event: string) => void;
}

/** A mesh that answers. */
export interface LocalMesh {
  /** Base URL of the gateway. */
  readonly gatewayUrl: string;
  /** GraphQL endpoints, in the order of their ports. */
  readonly products: readonly { readonly name: string; readonly url: string }[];
  readonly dataFolder: string;
  readonly supergraphFile: string;
  /** Resolves with the end of its log when the database ends. */
  readonly databaseEnded: Promise<string>;
}

/**
 * Starts the mesh.
 *
 * @throws {MeshgateError} `CONFIG_INVALID` (data folder, products), `PORT_TAKEN`,
 *   `DATABASE_UNAVAILABLE`, `MIGRATION_CHANGED`, `PIPELINE_FAILED`, `COMPOSITION_FAILED` and
 *   what products and gateway report. Parts that run by then are in `running`.
 * @throws {StartInterrupted} When `running` was stopped meanwhile.
 */
export async function startLocalMesh(
  settings: LocalMeshSettings,
  parts: LocalMeshParts,
): Promise<LocalMesh> {
  const { paths, running } = parts;
  const folder = await openDataFolder(settings.dataFolder);
  await running.push({ stop: () => folder.unlock(), kill: () => undefined });

  // Its data products end by themselves when a mesh is killed, but may still be at it.
  await stopRecordedProcess(recordFileOf(folder.path));
  const products = await loadMeshProducts(paths.productsFolder);
  const ports = new Map(
    products.map(({ name }, index) => [name, settings.firstProductPort + index] as const),
  );
  await checkPorts(settings, ports);
  const secrets = await loadSecrets(folder.path, [...ports.keys()]);
  const server = await startDatabase(settings, folder.path, secrets, parts);
  const keys = await prepareLocalKeys(folder.path);
  const supergraphFile = join(folder.path, 'supergraph.graphql');

  // Products connect when they are first asked, so they start beside everything else.
  const [urls, gateway] = await Promise.all([
    startProducts({ folder: folder.path, secrets, server, ports, keys }, parts),
    (async () => {
      const databaseUrl = await prepareDatabase(server, secrets, [...ports.keys()], parts);
      await registerMeshProducts(databaseUrl, products);
      const port = settings.firstProductPort + ports.size;
      const hashedKeys = await parts.tools.loadHashedKeys(parts.tools.env);
      const place = { port, databaseUrl, dataFolder: folder.path, keys, hashedKeys };
      const access = await startLocalAccess(place);
      await running.push(access);
      await compose(products, ports, access.url, supergraphFile, parts.progress);
      const served = await startGateway(
        settings.port,
        { folder: folder.path, supergraphFile, keys, databaseUrl },
        parts,
      );
      parts.progress.begin('Data products');
      return served;
    })(),
  ]);
  parts.progress.succeed(`${ports.size} listen on ports ${[...ports.values()].join(', ')}`);
  return {
    gatewayUrl: gateway.url,
    products: products.map(({ name }) => ({ name, url: urls.get(name) ?? '' })),
    dataFolder: folder.path,
    supergraphFile,
    databaseEnded: server.ended,
  };
}

function recordFileOf(dataFolder: string): string {
  return join(dataFolder, 'products.process');
}

async function checkPorts(
  settings: LocalMeshSettings,
  ports: ReadonlyMap<string, number>,
): Promise<void> {
  const { port, postgresPort } = settings;
  const products = [...ports].map(([name, productPort]) => ({
    port: productPort,
    purpose: `the data product ${name}`,
    option: '--product-ports',
  }));
  const accessApi = {
    port: settings.firstProductPort + ports.size,
    purpose: 'the access API',
    option: '--product-ports',
  };
  await assertPortsFree([
    ...(port === 0 ? [] : [{ port, purpose: 'the gateway', option: '--port' }]),
    ...products,
    accessApi,
    ...(postgresPort === null
      ? []
      : [{ port: postgresPort, purpose: 'PostgreSQL', option: '--postgres-port' }]),
  ]);
}

async function startDatabase(
  settings: LocalMeshSettings,
  dataFolder: string,
  secrets: LocalSecrets,
  { progress, running }: LocalMeshParts,
): Promise<DatabaseServer> {
  progress.begin('PostgreSQL');
  const port = settings.postgresPort ?? (await findFreePort());
  const server = await startDatabaseServer({ dataFolder, port, password: secrets.administrator });
  await running.push(server);
  const how = server.created ? 'made and started' : server.recovered ? 'recovered' : 'started';
  progress.succeed(`${how} on port ${port}`);
  return server;
}

/** @returns Connection URL of the mesh's own database. */
async function prepareDatabase(
  server: DatabaseServer,
  secrets: LocalSecrets,
  products: readonly string[],
  { paths, progress }: LocalMeshParts,
): Promise<string> {
  progress.begin('Data');
  const access = products.map((product) => ({ product, password: passwordOf(secrets, product) }));
  const databaseUrl = await createDatabase(server.adminUrl);
  const report = await preparePlatform(databaseUrl, access, {
    productsFolder: paths.productsFolder,
    onProgress: (event) => progress.note(toPlatformNote(event)),
  });
  const work = `${report.migrationsApplied.length} migrations applied, ${report.pipelinesRun.length} pipelines run`;
  progress.succeed(`${report.landingRows} order lines, ${work}`);
  return databaseUrl;
}

async function compose(
  products: readonly ProductFolder[],
  ports: ReadonlyMap<string, number>,
  accessUrl: string,
  file: string,
  progress: Progress,
): Promise<void> {
  progress.begin('Supergraph');
  const sdl = composeProducts([
    ...products.map(({ name, sdl: schema }) => ({
      name,
      sdl: schema,
      url: `http://127.0.0.1:${ports.get(name)}/graphql`,
    })),
    { name: ACCESS_API, sdl: await loadAccessSchema(), url: accessUrl },
  ]);
  await writeWhole(file, sdl);
  progress.succeed(`composed from ${products.length} data products and the access API`);
}

interface ProductSurroundings {
  readonly folder: string;
  readonly secrets: LocalSecrets;
  readonly server: DatabaseServer;
  readonly ports: ReadonlyMap<string, number>;
  readonly keys: LocalKeys;
}

async function startProducts(
  { folder, secrets, server, ports, keys }: ProductSurroundings,
  { tools, paths, running, onEvent }: LocalMeshParts,
): Promise<ReadonlyMap<string, string>> {
  const own = [...ports].flatMap(([product, port]) => {
    const databaseUrl = toProductUrl(server.adminUrl, product, passwordOf(secrets, product));
    return [
      [toVariable(product, 'PORT'), String(port)],
      [toVariable(product, 'DATABASE_URL'), databaseUrl],
    ] as const;
  });
  const host = await startProductHost({
    program: paths.productHost,
    products: [...ports.keys()],
    env: {
      ...tools.env,
      HOST: '127.0.0.1',
      GATEWAY_JWKS: keys.jwksFile,
      ...Object.fromEntries(own),
    },
    logFile: join(folder, 'logs', 'products.log'),
    recordFile: recordFileOf(folder),
    onEvent,
  });
  await running.push(host);
  return host.listening;
}

async function startGateway(
  port: number,
  {
    folder,
    supergraphFile,
    keys,
    databaseUrl,
  }: {
    readonly folder: string;
    readonly supergraphFile: string;
    readonly keys: LocalKeys;
    readonly databaseUrl: string;
  },
  { tools, paths, progress, running }: LocalMeshParts,
): Promise<ServedGateway> {
  progress.begin('Gateway');
  const given = Object.entries(tools.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const gateway = await tools.serve({
    LOG_FILE: join(folder, 'logs', 'gateway.log'),
    MASK_SECRET: `file:${keys.maskSecretFile}`,
    ...Object.fromEntries(given),
    MODE: 'development',
    HOST: '127.0.0.1',
    PORT: String(port),
    WORKERS: '1',
    SUPERGRAPH_FILE: supergraphFile,
    PRODUCTS_FOLDER: paths.productsFolder,
    SUBGRAPH_TRUST_KEY_FILE: keys.signingKeyFile,
    ISSUERS: keys.issuers,
    DATABASE_URL: databaseUrl,
  });
  await running.push({ stop: () => gateway.close(), kill: () => undefined });
  progress.succeed(`answers at ${gateway.url}/graphql`);
  return gateway;
}
