-- One row per customer. The id carries the number of the source's customer id and leaves out the initials,
-- because it travels in joins, caches and logs.
CREATE TABLE account (
  id text COLLATE "C" PRIMARY KEY CHECK (id ~ '^A-[0-9]{5}$'),
  market_segment text COLLATE "C" NOT NULL CHECK (market_segment IN ('Consumer', 'Corporate', 'Home Office')),
  name text NOT NULL CHECK (name <> ''),
  email text NOT NULL CHECK (length(email) <= 254 AND email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
  phone text NOT NULL CHECK (phone ~ '^\+[1-9][0-9]{7,14}$'),
  -- Null as long as email and phone are the synthetic ones of the pipeline.
  contact_updated_at timestamptz
);

CREATE INDEX account_by_market_segment ON account (market_segment, id);

GRANT SELECT ON account TO accounts;
GRANT UPDATE (email, phone, contact_updated_at) ON account TO accounts;
