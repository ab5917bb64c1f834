-- Access that was taken without waiting for anybody, and what is thought of it afterwards.
ALTER TABLE access_request ADD COLUMN emergency boolean NOT NULL DEFAULT false;

CREATE TABLE access_review (
  request_id text NOT NULL REFERENCES access_request,
  reviewer text NOT NULL CHECK (reviewer <> ''),
  roles text[] NOT NULL CHECK (cardinality(roles) > 0),
  verdict text NOT NULL CHECK (verdict IN ('justified', 'unjustified')),
  reviewed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Whoever reviews twice has reviewed once.
CREATE UNIQUE INDEX access_review_once ON access_review (request_id, lower(normalize(reviewer)));

CREATE TRIGGER history BEFORE UPDATE OR DELETE OR TRUNCATE ON access_review
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
