-- One shipment per order: ship mode, day and address are the same on all lines of an order, and an order where
-- they differ stops the run. The source holds postal codes as numbers; the leading zero is put back.
--
-- Can run again: what the source has is written over, what it no longer has goes.
INSERT INTO shipment (
  id, order_id, ship_mode, shipped_on, days_to_ship, region, city, state, postal_code, country
)
SELECT DISTINCT
  'S-' || order_id,
  order_id,
  ship_mode,
  ship_date,
  ship_date - order_date,
  region,
  city,
  state,
  lpad(postal_code, 5, '0'),
  country
FROM landing.superstore_line
ON CONFLICT (id) DO UPDATE SET
  ship_mode = EXCLUDED.ship_mode,
  shipped_on = EXCLUDED.shipped_on,
  days_to_ship = EXCLUDED.days_to_ship,
  region = EXCLUDED.region,
  city = EXCLUDED.city,
  state = EXCLUDED.state,
  postal_code = EXCLUDED.postal_code,
  country = EXCLUDED.country;

-- An empty landing table is a load that failed, not a shop that delivered nothing.
DELETE FROM shipment
WHERE EXISTS (SELECT FROM landing.superstore_line)
  AND NOT EXISTS (SELECT FROM landing.superstore_line WHERE order_id = shipment.order_id);
