import type { Administrator } from '../../../shared/postgres/open-administrator.ts';

/**
 * What the platform owns in the database, safe to run again.
 *
 * Products rely on four functions. Claims arrive as the transaction-local setting
 * `mesh.claims`, JSON that the product's runtime has verified. A claim that is absent or
 * is no array has no values, so a policy that asks for one shows no rows.
 *
 * `mesh.claim_values('regions')` in a policy is best written as a sub-select,
 * `region = ANY ((SELECT mesh.claim_values('regions'))::text[])`: PostgreSQL then
 * evaluates it once per statement instead of once per row. `mesh.claim_value('desk')` is the
 * value of a claim that has exactly one, and otherwise null.
 */
const PLATFORM_SCHEMA = `
SET LOCAL client_min_messages = warning;

CREATE SCHEMA IF NOT EXISTS mesh;
CREATE SCHEMA IF NOT EXISTS landing;

CREATE OR REPLACE FUNCTION mesh.claims() RETURNS jsonb
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(nullif(current_setting('mesh.claims', true), ''), '{}')::jsonb;

CREATE OR REPLACE FUNCTION mesh.claim_values(claim text) RETURNS text[]
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN ARRAY(
    SELECT jsonb_array_elements_text(
      CASE jsonb_typeof(mesh.claims() -> claim)
        WHEN 'array' THEN mesh.claims() -> claim
        ELSE '[]'::jsonb
      END
    )
  );

CREATE OR REPLACE FUNCTION mesh.has_claim_value(claim text, value text) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(value = ANY (mesh.claim_values(claim)), false);

CREATE OR REPLACE FUNCTION mesh.claim_value(claim text) RETURNS text
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN CASE cardinality(mesh.claim_values(claim))
    WHEN 1 THEN (mesh.claim_values(claim))[1]
  END;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA mesh FROM PUBLIC;

CREATE TABLE IF NOT EXISTS mesh.migration (
  product text NOT NULL,
  file text NOT NULL,
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (product, file)
);

CREATE TABLE IF NOT EXISTS mesh.row_rule (
  product text PRIMARY KEY,
  checksum text NOT NULL,
  catalogue text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE IF NOT EXISTS mesh.landing_load (
  landing_table text PRIMARY KEY,
  checksum text NOT NULL,
  rows bigint NOT NULL,
  loaded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE IF NOT EXISTS mesh.pipeline_run (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product text NOT NULL,
  file text NOT NULL,
  checksum text NOT NULL,
  input_checksum text NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL,
  rows bigint NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('succeeded', 'failed')),
  problem text
);
CREATE INDEX IF NOT EXISTS pipeline_run_latest ON mesh.pipeline_run (product, file, id);

CREATE TABLE IF NOT EXISTS landing.superstore_line (
  row_id integer PRIMARY KEY,
  order_id text NOT NULL,
  order_date date NOT NULL,
  ship_date date NOT NULL,
  ship_mode text NOT NULL,
  customer_id text NOT NULL,
  customer_name text NOT NULL,
  segment text NOT NULL,
  country text NOT NULL,
  city text NOT NULL,
  state text NOT NULL,
  postal_code text,
  region text NOT NULL,
  product_id text NOT NULL,
  category text NOT NULL,
  sub_category text NOT NULL,
  product_name text NOT NULL,
  sales numeric NOT NULL,
  quantity integer NOT NULL,
  discount numeric NOT NULL,
  profit numeric NOT NULL
);
`;

/** Creates what the platform owns where it is missing, and renews its functions. */
export async function createPlatformSchema(administrator: Administrator): Promise<void> {
  await administrator.transaction(() => administrator.runScript(PLATFORM_SCHEMA));
}
