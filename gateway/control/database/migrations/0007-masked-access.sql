-- Access in masked form, and access through some clients only.
CREATE DOMAIN access_mask AS text
  CHECK (VALUE ~ '^(null|redacted|hash|month|year|keep(First|Last):([1-9]|[1-5][0-9]|6[0-4])|bucket:([1-9][0-9]{0,8}|1000000000))$');

ALTER TABLE access_request
  ADD COLUMN level text NOT NULL DEFAULT 'full' CHECK (level IN ('full', 'masked')),
  -- NULL leaves the mask to the governance rules.
  ADD COLUMN mask access_mask CHECK (mask IS NULL OR level = 'masked'),
  -- Ids of the clients through which alone it counts; NULL is any.
  ADD COLUMN clients text[] CHECK (cardinality(clients) > 0);

ALTER TABLE access_grant
  ADD COLUMN level text NOT NULL DEFAULT 'full' CHECK (level IN ('full', 'masked')),
  ADD COLUMN mask access_mask CHECK (mask IS NULL OR level = 'masked'),
  ADD COLUMN clients text[] CHECK (cardinality(clients) > 0);
