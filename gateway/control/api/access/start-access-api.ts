import { defineProduct } from '../../../../shared/kit/define-product.ts';
import type { ProductSettings, RunningProduct } from '../../../../shared/kit/product-settings.ts';
import { startProduct } from '../../../../shared/kit/start-product.ts';
import { createPool } from '../../../../shared/postgres/create-pool.ts';
import type { EntityKeyForm } from '../../../audit/entity-key-form.ts';
import { createLoaders } from './api-desk.ts';
import { createResolvers } from './create-resolvers.ts';

/** Settings of a subgraph, and whom descriptors mean. */
export interface AccessApiSettings extends ProductSettings {
  /** Issuer of the tokens of the people in descriptors. */
  readonly teamIssuer: string;
  /** How the ledger hashes the keys of entities. Default null: without the secret. */
  readonly hashedKeys?: EntityKeyForm | null;
}

const POOL_SIZE = 5;
const STATEMENT_TIMEOUT_MS = 10_000;

/**
 * Starts the API of the control plane as a subgraph that listens.
 *
 * @param settings With the URL of the database of the gateways, as a role that may write to the
 *   schema `meshgate`; it has to be migrated when the first request comes.
 * @throws {MeshgateError} `PORT_TAKEN`.
 */
export async function startAccessApi({
  teamIssuer,
  hashedKeys = null,
  ...settings
}: AccessApiSettings): Promise<RunningProduct> {
  const pool = createPool({
    url: settings.databaseUrl,
    size: settings.poolSize ?? POOL_SIZE,
    statementTimeoutMs: settings.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
    applicationName: 'meshgate access',
    // The next request opens another one.
    onIdleError: () => undefined,
  });
  const desk = { pool, teamIssuer, hashedKeys };
  const product = defineProduct({
    folder: new URL('.', import.meta.url),
    resolvers: createResolvers(desk),
    createLoaders: () => createLoaders(desk),
  });
  try {
    // The kit's own connections serve readiness alone.
    const running = await startProduct(product, { ...settings, poolSize: 1 });
    return {
      ...running,
      async close() {
        await running.close();
        await pool.close();
      },
    };
  } catch (error) {
    await pool.close();
    throw error;
  }
}
