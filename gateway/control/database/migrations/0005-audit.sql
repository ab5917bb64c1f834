-- Who saw or was refused classified data. Each gateway process writes batches of its own, each with
-- the hash of the one before it, so that a change of any row shows.
CREATE TABLE audit_batch (
  writer uuid NOT NULL,
  sequence bigint NOT NULL CHECK (sequence > 0),
  records integer NOT NULL CHECK (records > 0),
  -- Of its records, as they spell it: instants in UTC of one form, so that they sort as text.
  last_at text COLLATE "C" NOT NULL,
  previous_hash text NOT NULL,
  records_hash text NOT NULL,
  hash text NOT NULL,
  PRIMARY KEY (writer, sequence)
);

CREATE TABLE audit_record (
  writer uuid NOT NULL,
  sequence bigint NOT NULL,
  -- From 1 on, in its batch.
  place integer NOT NULL CHECK (place > 0),
  hash text NOT NULL,
  record jsonb NOT NULL CHECK (jsonb_typeof(record) = 'object'),
  at text COLLATE "C" GENERATED ALWAYS AS (record ->> 'at') STORED NOT NULL,
  PRIMARY KEY (writer, sequence, place),
  FOREIGN KEY (writer, sequence) REFERENCES audit_batch
);
CREATE INDEX audit_record_at ON audit_record (at);
CREATE INDEX audit_record_effects ON audit_record USING gin ((record -> 'effects'));

-- Where each chain ends: a chain whose end was cut off does not reach it.
CREATE TABLE audit_head (
  writer uuid PRIMARY KEY,
  sequence bigint NOT NULL,
  hash text NOT NULL
);

-- What stands in the place of batches that were forgotten, from the first of a chain on.
CREATE TABLE audit_tombstone (
  writer uuid NOT NULL,
  through_sequence bigint NOT NULL,
  batches bigint NOT NULL,
  records bigint NOT NULL,
  last_at text NOT NULL,
  -- That of the last batch: the next one has it as the hash before its own.
  hash text NOT NULL,
  forgotten_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (writer, through_sequence)
);

CREATE FUNCTION refuse_unless_forgotten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM meshgate.audit_tombstone AS tombstone
    WHERE tombstone.writer = OLD.writer AND tombstone.through_sequence >= OLD.sequence
  ) THEN
    RAISE EXCEPTION 'rows of meshgate.% are history and stay until meshgate.forget_audit', TG_TABLE_NAME;
  END IF;
  RETURN OLD;
END
$$;

CREATE FUNCTION refuse_backwards() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.writer <> OLD.writer OR NEW.sequence <= OLD.sequence THEN
    RAISE EXCEPTION 'rows of meshgate.% go forward only', TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER history BEFORE UPDATE OR TRUNCATE ON audit_batch
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER history BEFORE UPDATE OR TRUNCATE ON audit_record
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER history BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_tombstone
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER history BEFORE DELETE OR TRUNCATE ON audit_head
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER forward BEFORE UPDATE ON audit_head
  FOR EACH ROW EXECUTE FUNCTION refuse_backwards();
CREATE TRIGGER retention BEFORE DELETE ON audit_batch
  FOR EACH ROW EXECUTE FUNCTION refuse_unless_forgotten();
CREATE TRIGGER retention BEFORE DELETE ON audit_record
  FOR EACH ROW EXECUTE FUNCTION refuse_unless_forgotten();

-- Forgets what is older, in whole batches from the first of each chain on, and says how much.
CREATE FUNCTION forget_audit(before text) RETURNS TABLE (batches bigint, records bigint)
LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY
  WITH kept AS (
    SELECT batch.writer, min(batch.sequence) FILTER (WHERE batch.last_at >= before) AS first
    FROM meshgate.audit_batch AS batch GROUP BY batch.writer
  ), tombstone AS (
    INSERT INTO meshgate.audit_tombstone
      (writer, through_sequence, batches, records, last_at, hash)
    SELECT batch.writer, max(batch.sequence), count(*), sum(batch.records), max(batch.last_at),
      (array_agg(batch.hash ORDER BY batch.sequence DESC))[1]
    FROM meshgate.audit_batch AS batch JOIN kept ON kept.writer = batch.writer
    WHERE kept.first IS NULL OR batch.sequence < kept.first
    GROUP BY batch.writer
    RETURNING audit_tombstone.batches, audit_tombstone.records
  )
  SELECT coalesce(sum(tombstone.batches), 0)::bigint, coalesce(sum(tombstone.records), 0)::bigint
  FROM tombstone;

  DELETE FROM meshgate.audit_record AS record USING meshgate.audit_tombstone AS tombstone
  WHERE tombstone.writer = record.writer AND record.sequence <= tombstone.through_sequence;
  DELETE FROM meshgate.audit_batch AS batch USING meshgate.audit_tombstone AS tombstone
  WHERE tombstone.writer = batch.writer AND batch.sequence <= tombstone.through_sequence;
END
$$;
