-- Customers of the order lines become accounts. Email and phone are not in the source: both are made from the
-- number in the account id, on domains reserved for documentation (RFC 2606) and on the numbers 555-0100 to
-- 555-0199 reserved for fiction. The source numbers customers in steps of five, so number / 5 spreads evenly.
--
-- Can run again: contact data that updateAccountContact replaced is kept.
WITH source AS (
  SELECT DISTINCT
    'A-' || split_part(customer_id, '-', 2) AS id,
    split_part(customer_id, '-', 2)::int AS number,
    segment AS market_segment,
    customer_name AS name
  FROM landing.superstore_line
)
INSERT INTO account AS kept (id, market_segment, name, email, phone)
SELECT
  id,
  market_segment,
  name,
  'account-' || number || '@' || (ARRAY['example.com', 'example.net', 'example.org'])[1 + number / 5 % 3],
  '+1'
    || (ARRAY['202', '206', '212', '213', '215', '303', '305', '312', '313', '317', '401', '404', '410',
              '412', '415', '503', '504', '512', '602', '612', '615', '617', '702', '713'])[1 + number / 500 % 24]
    || '55501'
    || lpad((number / 5 % 100)::text, 2, '0')
FROM source
ON CONFLICT (id) DO UPDATE SET
  market_segment = EXCLUDED.market_segment,
  name = EXCLUDED.name,
  email = CASE WHEN kept.contact_updated_at IS NULL THEN EXCLUDED.email ELSE kept.email END,
  phone = CASE WHEN kept.contact_updated_at IS NULL THEN EXCLUDED.phone ELSE kept.phone END;

-- Personal data goes when the customer leaves the source. An empty landing table is a load that failed, not a
-- mesh without customers.
DELETE FROM account
WHERE EXISTS (SELECT FROM landing.superstore_line)
  AND NOT EXISTS (
    SELECT FROM landing.superstore_line
    WHERE 'A-' || split_part(customer_id, '-', 2) = account.id
  );
