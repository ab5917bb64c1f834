import { randomBytes } from 'node:crypto';

import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import {
  type Administrator,
  quoteIdentifier,
  quoteLiteral,
} from '../../../shared/postgres/open-administrator.ts';
import { toScramVerifier } from './scram-verifier.ts';

/** A product and the password its runtime role logs in with. */
export interface ProductAccess {
  readonly product: string;
  /** ASCII; never written to the database as it is. */
  readonly password: string;
}

/** Connections that one product's role may hold over all its replicas. */
const CONNECTION_LIMIT = 40;

/** Role settings that bound what a runaway statement or a lost client can hold on to. */
const ROLE_SETTINGS = {
  statement_timeout: '15s',
  idle_in_transaction_session_timeout: '60s',
  lock_timeout: '5s',
};

/**
 * Gives every product its schema and its runtime role.
 *
 * The role logs in, may use its own schema and the platform's functions, owns nothing and
 * creates nothing; what it may read and write is for the product's migrations to grant.
 * Temporary tables are taken from everybody in this database, since they would be a way to
 * create something after all.
 *
 * @throws {MeshgateError} `CONFIG_INVALID` when a role of that name is there already and
 *   could step around row-level security or holds the rights of other roles.
 */
export async function createProductRoles(
  administrator: Administrator,
  access: readonly ProductAccess[],
): Promise<void> {
  await administrator.transaction(async () => {
    await lockRoles(administrator);
    const products = access.map(({ product }) => product);
    const known = await administrator.query<{ rolname: string }>(
      'SELECT rolname FROM pg_roles WHERE rolname = ANY ($1)',
      [products],
    );
    const existing = new Set(known.map(({ rolname }) => rolname));
    await assertHarmless(administrator, products);
    const [target] = await administrator.query<{ name: string }>(
      'SELECT current_database() AS name',
    );
    const database = quoteIdentifier(target?.name ?? 'postgres');
    await administrator.runScript(
      [
        `REVOKE TEMPORARY ON DATABASE ${database} FROM PUBLIC;`,
        ...access.map((one) => roleScript(one, existing.has(one.product), database)),
      ].join('\n'),
    );
  });
}

/**
 * Roles belong to the whole server, so two databases that are made ready at the same time
 * would trip over each other; an advisory lock does not help, it belongs to one database.
 */
export async function lockRoles(administrator: Administrator): Promise<void> {
  const [me] = await administrator.query<{ rolsuper: boolean }>(
    'SELECT rolsuper FROM pg_roles WHERE rolname = current_user',
  );
  if (me?.rolsuper === true) {
    await administrator.query('LOCK TABLE pg_catalog.pg_authid IN SHARE ROW EXCLUSIVE MODE');
  }
}

/**
 * Refuses roles that may do more than they are given here.
 *
 * @throws {MeshgateError} `CONFIG_INVALID`.
 */
export async function assertHarmless(
  administrator: Administrator,
  roles: readonly string[],
): Promise<void> {
  const [harmful] = await administrator.query<{ rolname: string }>(
    `SELECT rolname FROM pg_roles AS role
     WHERE rolname = ANY ($1)
       AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication
            OR EXISTS (SELECT FROM pg_auth_members WHERE member = role.oid))
     ORDER BY rolname LIMIT 1`,
    [roles],
  );
  if (harmful === undefined) return;
  throw new MeshgateError('CONFIG_INVALID', {
    message: `Expected the database role ${harmful.rolname} to have no rights but those that the mesh gives it, but it may do more (superuser, bypass of row-level security, creating roles or databases, replication, or membership in another role). Take these rights away from it, or use another database server.`,
  });
}

function roleScript(
  { product, password }: ProductAccess,
  exists: boolean,
  database: string,
): string {
  const name = quoteIdentifier(product);
  const verifier = quoteLiteral(toScramVerifier(password, randomBytes(16)));
  const settings = Object.entries({ search_path: product, ...ROLE_SETTINGS });
  return [
    `${exists ? 'ALTER' : 'CREATE'} ROLE ${name} WITH LOGIN CONNECTION LIMIT ${CONNECTION_LIMIT} PASSWORD ${verifier};`,
    ...settings.map(([key, value]) => `ALTER ROLE ${name} SET ${key} = ${quoteLiteral(value)};`),
    `CREATE SCHEMA IF NOT EXISTS ${name};`,
    `GRANT CONNECT ON DATABASE ${database} TO ${name};`,
    `GRANT USAGE ON SCHEMA ${name}, mesh TO ${name};`,
    `GRANT EXECUTE ON FUNCTION mesh.claims(), mesh.claim_values(text), mesh.claim_value(text), mesh.has_claim_value(text, text) TO ${name};`,
  ].join('\n');
}
