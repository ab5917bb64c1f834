import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { MeshgateError } from '../errors/meshgate-error.ts';
import { createPool, type PostgresPool } from '../postgres/create-pool.ts';
import { createMetrics, type Metrics } from '../telemetry/create-metrics.ts';
import type { ProductDefinition } from './define-product.ts';
import {
  type CompleteSettings,
  completeSettings,
  type ProductSettings,
  type RunningProduct,
} from './product-settings.ts';
import { buildSchema } from './server/build-schema.ts';
import { createGraphqlServer } from './server/create-graphql-server.ts';
import { createHttpServer, type VerifiedRequest } from './server/create-http-server.ts';
import { findProductFolder } from './server/product-folder.ts';
import { stopWithin, waitAtMost } from './server/stop-within.ts';
import type { ExchangeContext } from './server/watch-exchange.ts';
import { createRequestSession } from './session/request-session.ts';
import { createGatewayKeys } from './trust/gateway-keys.ts';
import { createVerifyCaller } from './trust/verify-caller.ts';

/**
 * Starts a data product as a subgraph that listens.
 *
 * Postgres and the gateway need not run yet: they are asked when the first request
 * comes, and `/health/ready` says whether Postgres answers.
 *
 * @throws {MeshgateError} `CONFIG_INVALID` when the folder or the schema is at fault,
 *   `PORT_TAKEN` when another process has the port.
 */
export async function startProduct<Loaders>(
  product: ProductDefinition<Loaders>,
  settings: ProductSettings,
): Promise<RunningProduct> {
  const folder = findProductFolder(product.folder);
  const complete = completeSettings(folder.name, settings);
  const sdl = await readFile(new URL('schema.graphql', folder.url), 'utf8');
  const schema = buildSchema(folder.name, sdl, product.resolvers);

  const { log } = complete;
  const metrics = createMetrics('product');
  const pool = createPool({
    url: complete.databaseUrl,
    size: complete.poolSize,
    statementTimeoutMs: complete.statementTimeoutMs,
    applicationName: `meshgate ${folder.name}`,
    onIdleError: (error) => log.warn({ err: error }, 'An idle database connection broke.'),
  });
  const graphql = await createGraphqlServer({ schema, introspection: complete.introspection, log });
  const http = createHttpServer({
    graphql,
    verifyCaller: createVerifyCaller({
      keys: createGatewayKeys({
        location: complete.gatewayJwks,
        cooldownMs: complete.keysCooldownMs,
      }),
      issuer: complete.gatewayIssuer,
      audience: folder.name,
    }),
    createContext: createContextFactory(product, pool, metrics, complete),
    checkReady: async () => void (await pool.query('SELECT 1')),
    metrics,
    log,
    bodyLimitBytes: complete.bodyLimitBytes,
  });

  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      await stopWithin(http, complete.drainTimeoutMs);
      await graphql.stop();
      // A transaction that waits for something else than Postgres must not hold the process.
      await waitAtMost(pool.close(), complete.drainTimeoutMs);
    })();
    return closing;
  };
  try {
    const port = await listen(http, folder.name, complete);
    const host = complete.host.includes(':') ? `[${complete.host}]` : complete.host;
    const url = `http://${host}:${port}/graphql`;
    log.info({ url }, 'The product listens.');
    return { name: folder.name, url, port, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function createContextFactory<Loaders>(
  product: ProductDefinition<Loaders>,
  pool: PostgresPool,
  metrics: Metrics,
  settings: CompleteSettings,
): (request: VerifiedRequest) => ExchangeContext {
  return ({ caller, exchange, log, deadlineMs }) => {
    const database = createRequestSession({
      pool,
      caller,
      statementTimeoutMs:
        deadlineMs === null ? undefined : Math.min(deadlineMs, settings.statementTimeoutMs),
      onStatement: (statement) => {
        exchange.statements += 1;
        metrics.counter('product_statements_total', statement.kind).inc();
        settings.onStatement(statement);
      },
    });
    exchange.session = database;
    return { caller, database, loaders: product.createLoaders(database), log, exchange };
  };
}

async function listen(
  http: FastifyInstance,
  name: string,
  { host, port }: CompleteSettings,
): Promise<number> {
  try {
    await http.listen({ host, port });
    return (http.server.address() as AddressInfo).port;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new MeshgateError('PORT_TAKEN', {
        message: `Port ${port} on ${host}, which ${name} needs, is in use by another process; give it a free one.`,
        details: { product: name, port },
        cause: error,
      });
    }
    throw error;
  }
}
