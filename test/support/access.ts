import { onTestFinished } from 'vitest';
import type { AccessTerms } from '../../gateway/control/access/access-terms.ts';
import { registerProducts } from '../../gateway/control/access/access-terms-store.ts';
import { awaitApplied } from '../../gateway/control/access/await-applied.ts';
import {
  approveRequest,
  requestAccess,
  revokeGrant,
} from '../../gateway/control/access/change-requests.ts';
import { breakGlass } from '../../gateway/control/access/emergencies.ts';
import type { AccessChange, NewRequest } from '../../gateway/control/access/settle-request.ts';
import { migrateControlSchema } from '../../gateway/control/database/migrate-control-schema.ts';
import { createPool, type PostgresPool } from '../../shared/postgres/create-pool.ts';
import { inTransaction } from '../../shared/postgres/in-transaction.ts';
import { createTestDatabase, type TestDatabase } from './postgres.ts';

/** The control plane of a test: what an administrator does with access. */
export interface AccessDesk {
  readonly database: TestDatabase;
  readonly pool: PostgresPool;
  /** Requests, and approves as the owner, `ola`; the grant is for `ada` unless said otherwise. */
  give(wish?: Partial<NewRequest>): Promise<AccessChange>;
  /** Takes access to the first product for `ada`, in an emergency. */
  breakGlass(): Promise<AccessChange>;
  /** Revokes as the owner. */
  revoke(grantId: string): Promise<AccessChange>;
  /** Waits until the gateways that run enforce a change. @returns Such as `2 of 2`. */
  applied(change: AccessChange): Promise<string>;
}

const INTERNAL: AccessTerms = {
  product: '',
  tenant: null,
  members: [{ name: 'ola', role: 'owner', since: null, until: null }],
  strictest: 'internal',
  classes: null,
  autoApprove: [],
  maxGrantSeconds: 86_400,
  reviewAfterSeconds: 90 * 86_400,
  purposes: [],
  partnerIssuers: [],
  agreement: null,
};

const WISH: Omit<NewRequest, 'product'> = {
  coordinates: null,
  issuer: 'https://id.example',
  subject: 'ada',
  purpose: 'analytics',
  reason: null,
  ttlSeconds: 3600,
  requestedBy: 'ada',
  emergency: false,
};

/** Opens a database with these products, all of them owned by `ola`, until the test ends. */
export async function openAccessDesk(
  first: string,
  ...others: readonly string[]
): Promise<AccessDesk> {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  await migrateControlSchema(database.adminUrl);
  const pool = createPool({
    url: database.adminUrl,
    size: 2,
    statementTimeoutMs: 5000,
    applicationName: 'test',
    // Ended by the server when the database is dropped.
    onIdleError: () => undefined,
  });
  onTestFinished(() => pool.close());
  const products = [first, ...others].map((product) => ({ ...INTERNAL, product }));
  await inTransaction(pool, (client) => registerProducts(client, products));
  return {
    database,
    pool,
    async give(wish = {}) {
      const { request } = await requestAccess(pool, { product: first, ...WISH, ...wish });
      return approveRequest(pool, request.id, { actor: 'ola', reason: null });
    },
    breakGlass: () => breakGlass(pool, { product: first, ...WISH, reason: 'outage' }),
    revoke: (grantId) => revokeGrant(pool, grantId, { actor: 'ola', reason: 'over' }),
    async applied({ epoch }) {
      const wait = await awaitApplied(pool, epoch ?? '0', 5000, () => performance.now());
      return `${wait.applied} of ${wait.of}`;
    },
  };
}
