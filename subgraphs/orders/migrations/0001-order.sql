-- Ids order by code point ("C"), so that a cursor means the same on every database.
--
-- Lists sorted by amount use a whole number of ten-thousandths. Under a row rule PostgreSQL starts an index scan
-- at a value only when the comparison is leakproof, and that of numeric is not.
CREATE TABLE "order" (
  id text COLLATE "C" PRIMARY KEY CHECK (id ~ '^[A-Z]{2}-[0-9]{4}-[0-9]{6}$'),
  ordered_on date NOT NULL,
  region text COLLATE "C" NOT NULL CHECK (region IN ('West', 'East', 'Central', 'South')),
  market_segment text COLLATE "C" NOT NULL CHECK (market_segment IN ('Consumer', 'Corporate', 'Home Office')),
  account_id text COLLATE "C" NOT NULL CHECK (account_id ~ '^A-[0-9]{5}$'),
  -- The sum of the lines' sales, kept because lists are sorted by it.
  amount numeric(14, 4) NOT NULL,
  amount_key bigint NOT NULL GENERATED ALWAYS AS ((amount * 10000)::bigint) STORED,
  UNIQUE (id, region, ordered_on, market_segment)
);

-- Region, day and market of the order stand on the line too: the row rule and every filter, group and sort of
-- lines then need no join. The foreign key keeps the two in step.
CREATE TABLE order_line (
  id integer PRIMARY KEY CHECK (id > 0),
  order_id text COLLATE "C" NOT NULL,
  region text COLLATE "C" NOT NULL,
  ordered_on date NOT NULL,
  market_segment text COLLATE "C" NOT NULL,
  product_id text COLLATE "C" NOT NULL CHECK (product_id ~ '^[A-Z]{3}-[A-Z]{2}-[0-9]{8}$'),
  category_id text COLLATE "C" NOT NULL CHECK (category_id ~ '^[a-z]+(-[a-z]+)*$'),
  sales numeric(14, 4) NOT NULL CHECK (sales >= 0),
  sales_key bigint NOT NULL GENERATED ALWAYS AS ((sales * 10000)::bigint) STORED,
  quantity integer NOT NULL CHECK (quantity > 0),
  discount numeric(3, 2) NOT NULL CHECK (discount BETWEEN 0 AND 1),
  profit numeric(14, 4) NOT NULL,
  FOREIGN KEY (order_id, region, ordered_on, market_segment)
    REFERENCES "order" (id, region, ordered_on, market_segment) ON UPDATE CASCADE,
  UNIQUE (id, region)
);

-- One index per sort, ending in the id, so that a page starts where the cursor points; the sorts by id use the
-- primary keys. The three others serve the lists of one account, one product and one order.
CREATE INDEX order_by_day ON "order" (ordered_on, id);
CREATE INDEX order_by_amount ON "order" (amount_key, id);
CREATE INDEX order_of_account ON "order" (account_id, ordered_on, id);
CREATE INDEX order_line_by_day ON order_line (ordered_on, id);
CREATE INDEX order_line_by_sales ON order_line (sales_key, id);
CREATE INDEX order_line_of_product ON order_line (product_id, ordered_on, id);
CREATE INDEX order_line_of_order ON order_line (order_id, id);

ALTER TABLE "order" ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_line ENABLE ROW LEVEL SECURITY;

CREATE POLICY order_of_callers_regions ON "order" FOR SELECT TO orders
  USING (region = ANY ((SELECT mesh.claim_values('regions'))::text[]));
CREATE POLICY order_line_of_callers_regions ON order_line FOR SELECT TO orders
  USING (region = ANY ((SELECT mesh.claim_values('regions'))::text[]));

GRANT SELECT ON "order", order_line TO orders;
