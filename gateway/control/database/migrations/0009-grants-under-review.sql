-- A grant that lasts long is looked at again in between, and ends when nobody keeps it.
ALTER TABLE access_grant
  ADD COLUMN review_at timestamptz,
  -- When it ends unless it is kept; NULL, like the review, where its own end is near enough.
  ADD COLUMN lapses_at timestamptz CHECK (lapses_at > review_at),
  ADD CHECK ((review_at IS NULL) = (lapses_at IS NULL)),
  DROP CONSTRAINT access_grant_state_check,
  ADD CONSTRAINT access_grant_state_check
    CHECK (state IN ('active', 'review_due', 'revoked', 'expired', 'superseded'));

DROP INDEX access_grant_active;
CREATE INDEX access_grant_in_force ON access_grant (least(ends_at, lapses_at))
  WHERE state IN ('active', 'review_due');
CREATE INDEX access_grant_review ON access_grant (review_at) WHERE state = 'active';

-- Of a grant in force the state moves on, and its review further away.
CREATE FUNCTION refuse_other_grant_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state NOT IN ('active', 'review_due')
    OR to_jsonb(NEW) - '{state,review_at,lapses_at}'::text[]
      IS DISTINCT FROM to_jsonb(OLD) - '{state,review_at,lapses_at}'::text[]
    OR (NEW.review_at IS DISTINCT FROM OLD.review_at AND OLD.review_at IS NULL)
    OR NEW.review_at < OLD.review_at OR NEW.lapses_at < OLD.lapses_at THEN
    RAISE EXCEPTION 'rows of meshgate.% are history: only an open state may change', TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END
$$;
DROP TRIGGER states ON access_grant;
CREATE TRIGGER states BEFORE UPDATE ON access_grant
  FOR EACH ROW EXECUTE FUNCTION refuse_other_grant_change();

DROP TRIGGER announce ON access_grant;
CREATE TRIGGER announce AFTER INSERT OR UPDATE OF state, review_at, lapses_at
  ON access_grant FOR EACH STATEMENT EXECUTE FUNCTION announce_change('access');
