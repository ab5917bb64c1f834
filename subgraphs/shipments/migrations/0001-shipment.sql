-- Ids order by code point ("C"), so that a cursor means the same on every database.
CREATE TABLE shipment (
  id text COLLATE "C" PRIMARY KEY CHECK (id = 'S-' || order_id),
  order_id text COLLATE "C" NOT NULL UNIQUE CHECK (order_id ~ '^[A-Z]{2}-[0-9]{4}-[0-9]{6}$'),
  ship_mode text COLLATE "C" NOT NULL
    CHECK (ship_mode IN ('Same Day', 'First Class', 'Second Class', 'Standard Class')),
  shipped_on date NOT NULL,
  days_to_ship integer NOT NULL CHECK (days_to_ship >= 0),
  region text COLLATE "C" NOT NULL CHECK (region IN ('West', 'East', 'Central', 'South')),
  city text NOT NULL CHECK (city <> ''),
  state text NOT NULL CHECK (state <> ''),
  postal_code text CHECK (postal_code ~ '^[0-9]{5}$'),
  country text NOT NULL CHECK (country <> '')
);

-- One index per sort, ending in the id, so that a page starts where the cursor points; the sorts by id use the
-- primary key.
CREATE INDEX shipment_by_day ON shipment (shipped_on, id);
CREATE INDEX shipment_by_days_to_ship ON shipment (days_to_ship, id);

ALTER TABLE shipment ENABLE ROW LEVEL SECURITY;

CREATE POLICY shipment_of_callers_regions ON shipment FOR SELECT TO shipments
  USING (region = ANY ((SELECT mesh.claim_values('regions'))::text[]));

GRANT SELECT ON shipment TO shipments;
