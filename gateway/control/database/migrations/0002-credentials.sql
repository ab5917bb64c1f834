CREATE TABLE api_key (
  id text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{12}$'),
  name text NOT NULL CHECK (name <> ''),
  owner text NOT NULL CHECK (owner <> ''),
  scopes text[] NOT NULL,
  roles text[] NOT NULL,
  domain text,
  purposes text[] NOT NULL,
  -- Row claims: lists of texts by name.
  claims jsonb NOT NULL CHECK (jsonb_typeof(claims) = 'object'),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  -- To the hour or so: written now and then, not with every request.
  last_used_at timestamptz
);

-- One name, one key in force: a second one is a mistake more often than a wish.
CREATE UNIQUE INDEX api_key_name ON api_key (name) WHERE revoked_at IS NULL;

CREATE TABLE api_key_secret (
  -- SHA-256 of the secret, which itself is kept nowhere.
  hash bytea PRIMARY KEY CHECK (length(hash) = 32),
  key_id text NOT NULL REFERENCES api_key ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Set when another secret takes over; without it the key's own end counts.
  expires_at timestamptz
);
CREATE INDEX api_key_secret_key ON api_key_secret (key_id);

CREATE TABLE revocation (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('jti', 'sub', 'kid')),
  value text NOT NULL CHECK (value <> ''),
  -- NULL is any issuer.
  issuer text,
  -- For subjects: what was issued earlier is refused.
  issued_before timestamptz NOT NULL DEFAULT clock_timestamp(),
  reason text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- By then, what was revoked must have expired by itself.
  expires_at timestamptz NOT NULL,
  UNIQUE NULLS NOT DISTINCT (kind, value, issuer)
);

-- `last_used_at` is left out: that a key was used changes nothing for anybody.
CREATE TRIGGER announce AFTER INSERT OR DELETE OR UPDATE OF name, scopes, roles, domain, purposes, claims, expires_at, revoked_at
  ON api_key FOR EACH STATEMENT EXECUTE FUNCTION announce_change('credentials');
CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE
  ON api_key_secret FOR EACH STATEMENT EXECUTE FUNCTION announce_change('credentials');
CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE
  ON revocation FOR EACH STATEMENT EXECUTE FUNCTION announce_change('credentials');
