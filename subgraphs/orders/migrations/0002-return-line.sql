-- What recordReturn writes. A return is a fact: it is added and never changed.
CREATE TABLE return_line (
  -- Random rather than counted, because a gap in a count would tell of returns in other regions.
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  order_line_id integer NOT NULL,
  region text COLLATE "C" NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  reason text COLLATE "C" NOT NULL
    CHECK (reason IN ('DAMAGED', 'WRONG_ITEM', 'NOT_AS_DESCRIBED', 'ARRIVED_LATE', 'NO_LONGER_NEEDED')),
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- The line's own region, so that no caller can file a return of another region under theirs.
  FOREIGN KEY (order_line_id, region) REFERENCES order_line (id, region) ON UPDATE CASCADE
);

CREATE INDEX return_line_of_order_line ON return_line (order_line_id, recorded_at, id);

ALTER TABLE return_line ENABLE ROW LEVEL SECURITY;

CREATE POLICY return_line_of_callers_regions ON return_line FOR SELECT TO orders
  USING (region = ANY ((SELECT mesh.claim_values('regions'))::text[]));
CREATE POLICY return_line_into_callers_regions ON return_line FOR INSERT TO orders
  WITH CHECK (region = ANY ((SELECT mesh.claim_values('regions'))::text[]));

GRANT SELECT ON return_line TO orders;
GRANT INSERT (order_line_id, region, quantity, reason) ON return_line TO orders;
