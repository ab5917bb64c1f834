import type { ProductContext } from '../../../../shared/kit/define-product.ts';
import type { PostgresPool } from '../../../../shared/postgres/create-pool.ts';

/** What the resolvers work with. */
export interface ApiDesk {
  /** Of the control schema. */
  readonly pool: PostgresPool;
  /** Issuer of the people in descriptors. */
  readonly teamIssuer: string;
}

/** Loaders: there are none, because no record is looked up by an entity's key. */
export type ApiLoaders = Readonly<Record<string, never>>;

export type ApiContext = ProductContext<ApiLoaders>;
