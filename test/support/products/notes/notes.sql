CREATE TABLE author (id int PRIMARY KEY, name text NOT NULL);

CREATE TABLE note (
  id         int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  text       text          NOT NULL,
  region     text          NOT NULL,
  written_on date          NOT NULL,
  price      numeric(20, 4) NOT NULL,
  author_id  int           NOT NULL REFERENCES author
);

CREATE TABLE idempotency_key (
  subject    text        NOT NULL,
  operation  text        NOT NULL,
  key        text        NOT NULL,
  input_hash text        NOT NULL,
  result     jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (subject, operation, key)
);

ALTER TABLE note ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_region ON note USING (
  jsonb_exists(coalesce(nullif(current_setting('mesh.claims', true), ''), '{}')::jsonb -> 'regions', region)
);

INSERT INTO author SELECT n, 'Author ' || n FROM generate_series(1, 5) AS n;
INSERT INTO note (text, region, written_on, price, author_id)
SELECT 'Note ' || n,
       CASE WHEN n % 2 = 0 THEN 'West' ELSE 'East' END,
       DATE '2017-01-01' + n / 3,
       n + 0.1234,
       1 + n % 5
FROM generate_series(1, 40) AS n;

GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO PUBLIC;
