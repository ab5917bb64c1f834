-- What gateways keep copies of, by topic, and how often it has changed. A gateway compares the
-- epochs with those it has seen; the notification only says that it is time to look.
CREATE TABLE change (
  topic text PRIMARY KEY,
  epoch bigint NOT NULL
);

-- For a statement trigger on a table whose rows gateways hold; the topic is its argument.
-- The row lock puts changes of one topic in a line, so that epochs are seen in order.
CREATE FUNCTION announce_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO meshgate.change (topic, epoch) VALUES (TG_ARGV[0], 1)
    ON CONFLICT (topic) DO UPDATE SET epoch = change.epoch + 1;
  PERFORM pg_notify('meshgate_change', TG_ARGV[0]);
  RETURN NULL;
END
$$;
