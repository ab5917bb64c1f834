import { randomBytes } from 'node:crypto';

import {
  type Administrator,
  quoteIdentifier,
  quoteLiteral,
} from '../../../shared/postgres/open-administrator.ts';
import { assertHarmless, lockRoles } from './product-roles.ts';
import { toScramVerifier } from './scram-verifier.ts';

/** The role that gateways and the access API log in as, and the schema that it owns. */
export const CONTROL_ROLE = 'meshgate';

/** Connections over all gateways and access APIs. */
const CONNECTION_LIMIT = 100;

/**
 * Gives the control plane its role and its schema. The role owns the schema `meshgate`, whose migrations
 * gateways apply themselves, and sees nothing of any data product.
 *
 * @param password ASCII; never written to the database as it is.
 * @throws {MeshgateError} `CONFIG_INVALID` when there is a role of that name that may do more.
 */
export async function createControlRole(
  administrator: Administrator,
  password: string,
): Promise<void> {
  await administrator.transaction(async () => {
    await lockRoles(administrator);
    await assertHarmless(administrator, [CONTROL_ROLE]);
    const [found] = await administrator.query<{ exists: boolean; database: string }>(
      `SELECT current_database() AS database,
         EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS exists`,
      [CONTROL_ROLE],
    );
    const name = quoteIdentifier(CONTROL_ROLE);
    const database = quoteIdentifier(found?.database ?? 'postgres');
    const verifier = quoteLiteral(toScramVerifier(password, randomBytes(16)));
    await administrator.runScript(
      [
        'SET LOCAL client_min_messages = warning;',
        `${found?.exists === true ? 'ALTER' : 'CREATE'} ROLE ${name} WITH LOGIN CONNECTION LIMIT ${CONNECTION_LIMIT} PASSWORD ${verifier};`,
        `GRANT CONNECT, CREATE ON DATABASE ${database} TO ${name};`,
        `CREATE SCHEMA IF NOT EXISTS ${name} AUTHORIZATION ${name};`,
      ].join('\n'),
    );
  });
}
