-- What has to be known of a data product to decide who may have access to it.
CREATE TABLE access_product (
  name text PRIMARY KEY CHECK (name <> ''),
  governance jsonb NOT NULL CHECK (jsonb_typeof(governance) = 'object'),
  registered_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE access_request (
  id text PRIMARY KEY CHECK (id ~ '^r-[0-9a-f]{12}$'),
  product text NOT NULL,
  -- NULL is all that the product protects.
  coordinates text[] CHECK (cardinality(coordinates) > 0),
  classification text NOT NULL,
  -- The caller who is to have access, as tokens name it.
  issuer text NOT NULL CHECK (issuer <> ''),
  subject text NOT NULL CHECK (subject <> ''),
  purpose text NOT NULL CHECK (purpose <> ''),
  reason text,
  ttl_seconds integer NOT NULL CHECK (ttl_seconds > 0),
  requested_by text NOT NULL CHECK (requested_by <> ''),
  -- The grant that is to be renewed.
  renews text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- By then somebody has answered, or nobody will.
  answer_until timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'requested'
    CHECK (state IN ('requested', 'approved', 'denied', 'withdrawn', 'expired'))
);
CREATE INDEX access_request_open ON access_request (answer_until) WHERE state = 'requested';

CREATE TABLE access_approval (
  request_id text NOT NULL REFERENCES access_request,
  approver text NOT NULL CHECK (approver <> ''),
  roles text[] NOT NULL CHECK (cardinality(roles) > 0),
  approved_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Whoever approves twice has approved once.
CREATE UNIQUE INDEX access_approval_once ON access_approval (request_id, lower(normalize(approver)));

CREATE TABLE access_grant (
  id text PRIMARY KEY CHECK (id ~ '^g-[0-9a-f]{12}$'),
  request_id text NOT NULL UNIQUE REFERENCES access_request,
  product text NOT NULL,
  coordinates text[] CHECK (cardinality(coordinates) > 0),
  issuer text NOT NULL,
  subject text NOT NULL,
  purpose text NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
  state text NOT NULL DEFAULT 'active'
    CHECK (state IN ('active', 'revoked', 'expired', 'superseded'))
);
CREATE INDEX access_grant_active ON access_grant (ends_at) WHERE state = 'active';
ALTER TABLE access_request ADD FOREIGN KEY (renews) REFERENCES access_grant;

-- What has happened, in order. Rows are only ever added.
CREATE TABLE access_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Who did it; NULL is a rule or the clock.
  actor text,
  action text NOT NULL,
  request_id text NOT NULL REFERENCES access_request,
  grant_id text REFERENCES access_grant,
  reason text
);
CREATE INDEX access_event_request ON access_event (request_id);

-- Gateway processes that run, and the latest epoch of the topic `access` that each one enforces.
CREATE TABLE gateway_process (
  id uuid PRIMARY KEY,
  -- Host and process number, for people.
  name text NOT NULL,
  epoch bigint NOT NULL DEFAULT 0,
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- How long after it was last seen it uses grants no more.
  closes_after interval NOT NULL
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of meshgate.% are history and stay as they are', TG_TABLE_NAME;
END
$$;

-- Of requests and grants only the state moves on, and only from the one that is open.
CREATE FUNCTION refuse_other_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state NOT IN ('requested', 'active')
    OR to_jsonb(NEW) - 'state' IS DISTINCT FROM to_jsonb(OLD) - 'state' THEN
    RAISE EXCEPTION 'rows of meshgate.% are history: only an open state may change', TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER history BEFORE UPDATE OR DELETE OR TRUNCATE ON access_event
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER history BEFORE UPDATE OR DELETE OR TRUNCATE ON access_approval
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER history BEFORE DELETE OR TRUNCATE ON access_request
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER history BEFORE DELETE OR TRUNCATE ON access_grant
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER states BEFORE UPDATE ON access_request
  FOR EACH ROW EXECUTE FUNCTION refuse_other_change();
CREATE TRIGGER states BEFORE UPDATE ON access_grant
  FOR EACH ROW EXECUTE FUNCTION refuse_other_change();

CREATE TRIGGER announce AFTER INSERT OR UPDATE OF state
  ON access_grant FOR EACH STATEMENT EXECUTE FUNCTION announce_change('access');
