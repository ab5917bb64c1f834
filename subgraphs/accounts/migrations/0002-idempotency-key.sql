-- What updateAccountContact answered to which key; holds account ids, never contact data.
CREATE TABLE idempotency_key (
  subject text NOT NULL,
  operation text NOT NULL,
  key text NOT NULL,
  input_hash text NOT NULL,
  result jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (subject, operation, key)
);

GRANT SELECT, INSERT, UPDATE ON idempotency_key TO accounts;
