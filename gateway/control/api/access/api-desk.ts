import { type BatchLoader, createBatchOne } from '../../../../shared/kit/batch-by-key.ts';
import type { ProductContext } from '../../../../shared/kit/define-product.ts';
import type { PostgresPool } from '../../../../shared/postgres/create-pool.ts';
import type { EntityKeyForm } from '../../../audit/entity-key-form.ts';
import type { GrantFacts } from '../../access/access-records.ts';
import { findGrants } from '../../access/page-records.ts';

/** What the resolvers work with. */
export interface ApiDesk {
  /** Of the control schema. */
  readonly pool: PostgresPool;
  /** Issuer of the people in descriptors. */
  readonly teamIssuer: string;
  /** How the ledger hashes the keys of entities; null without the secret. */
  readonly hashedKeys: EntityKeyForm | null;
}

/** What one request looks up in batches. */
export interface ApiLoaders {
  readonly grantById: BatchLoader<string, GrantFacts | null>;
}

/** Makes the loaders of one request. */
export function createLoaders({ pool }: ApiDesk): ApiLoaders {
  return {
    grantById: createBatchOne(
      (ids) => findGrants(pool, ids),
      ({ id }) => id,
    ),
  };
}

export type ApiContext = ProductContext<ApiLoaders>;
