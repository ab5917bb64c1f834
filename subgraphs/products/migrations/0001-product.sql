-- Ids and names order by code point ("C"), so that a cursor means the same on every database.
CREATE TABLE category (
  id text COLLATE "C" PRIMARY KEY CHECK (id ~ '^[a-z]+(-[a-z]+)*$'),
  name text COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE sub_category (
  name text COLLATE "C" PRIMARY KEY,
  category_id text COLLATE "C" NOT NULL REFERENCES category (id) ON DELETE CASCADE
);

CREATE TABLE product (
  id text COLLATE "C" PRIMARY KEY CHECK (id ~ '^[A-Z]{3}-[A-Z]{2}-[0-9]{8}$'),
  name text COLLATE "C" NOT NULL CHECK (name <> ''),
  other_names text[] COLLATE "C" NOT NULL DEFAULT '{}',
  category_id text COLLATE "C" NOT NULL REFERENCES category (id) ON DELETE CASCADE,
  sub_category text COLLATE "C" NOT NULL REFERENCES sub_category (name) ON DELETE CASCADE,
  -- Every name in lower case, one per line, no-break spaces as spaces: what a search for a name looks through.
  search_text text COLLATE "C" NOT NULL
);

CREATE INDEX product_by_name ON product (name, id);
CREATE INDEX product_by_category ON product (category_id, id);
CREATE INDEX product_by_sub_category ON product (sub_category, id);

GRANT SELECT ON category, sub_category, product TO products;
