CREATE TABLE idempotency_key (
  subject text NOT NULL,
  operation text NOT NULL,
  key text NOT NULL,
  input_hash text NOT NULL,
  result jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (subject, operation, key)
);

ALTER TABLE idempotency_key ENABLE ROW LEVEL SECURITY;

CREATE POLICY idempotency_key_of_caller ON idempotency_key TO orders
  USING (subject = coalesce((SELECT mesh.claims() ->> 'sub'), ''));

GRANT SELECT, INSERT, UPDATE ON idempotency_key TO orders;
