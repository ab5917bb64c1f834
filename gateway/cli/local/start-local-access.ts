import { join } from 'node:path';

import { createLogger } from '../../../shared/telemetry/create-logger.ts';
import type { EntityKeyForm } from '../../audit/entity-key-form.ts';
import type { LocalKeys } from './local-keys.ts';
import type { Stoppable } from './stop-stack.ts';

/** What the access API of a mesh on this machine needs. */
export interface LocalAccessSettings {
  readonly port: number;
  /** Of the mesh's own database, as its administrator. */
  readonly databaseUrl: string;
  readonly dataFolder: string;
  readonly keys: LocalKeys;
  /** How the ledger hashes the keys of entities; null without a secret. */
  readonly hashedKeys: EntityKeyForm | null;
}

/** The access API, with its GraphQL endpoint. */
export interface LocalAccess extends Stoppable {
  readonly url: string;
}

/**
 * Starts the API of the control plane in this process. Descriptors mean people of the development
 * issuer.
 *
 * @throws {MeshgateError} `PORT_TAKEN`.
 */
export async function startLocalAccess(settings: LocalAccessSettings): Promise<LocalAccess> {
  const { port, databaseUrl, dataFolder, keys, hashedKeys } = settings;
  // Loaded here, because a server's code is a waste of time for every other command.
  const { startAccessApi } = await import('../../control/api/access/start-access-api.ts');
  const api = await startAccessApi({
    port,
    databaseUrl,
    gatewayJwks: keys.jwksFile,
    teamIssuer: keys.issuer,
    hashedKeys,
    log: createLogger({
      level: 'info',
      name: 'access',
      destination: join(dataFolder, 'logs', 'access.log'),
    }),
  });
  return { url: api.url, stop: () => api.close(), kill: () => undefined };
}
