-- Orders and order lines of the source. The account's id is the number of the source's customer id without the
-- initials, because it travels in joins, caches and logs.
--
-- Can run again: what the source has is written over, what it no longer has goes; returns are kept. A line that
-- goes although some of it came back stops the run, and the data stays as it was. So does an order with two
-- regions, days, markets or customers.
INSERT INTO "order" (id, ordered_on, region, market_segment, account_id, amount)
SELECT
  order_id,
  order_date,
  region,
  segment,
  'A-' || split_part(customer_id, '-', 2),
  sum(sales)
FROM landing.superstore_line
GROUP BY order_id, order_date, region, segment, customer_id
ON CONFLICT (id) DO UPDATE SET
  ordered_on = EXCLUDED.ordered_on,
  region = EXCLUDED.region,
  market_segment = EXCLUDED.market_segment,
  account_id = EXCLUDED.account_id,
  amount = EXCLUDED.amount;

INSERT INTO order_line (
  id, order_id, region, ordered_on, market_segment, product_id, category_id, sales, quantity, discount, profit
)
SELECT
  row_id,
  order_id,
  region,
  order_date,
  segment,
  product_id,
  lower(replace(category, ' ', '-')),
  sales,
  quantity,
  discount,
  profit
FROM landing.superstore_line
ON CONFLICT (id) DO UPDATE SET
  order_id = EXCLUDED.order_id,
  region = EXCLUDED.region,
  ordered_on = EXCLUDED.ordered_on,
  market_segment = EXCLUDED.market_segment,
  product_id = EXCLUDED.product_id,
  category_id = EXCLUDED.category_id,
  sales = EXCLUDED.sales,
  quantity = EXCLUDED.quantity,
  discount = EXCLUDED.discount,
  profit = EXCLUDED.profit;

-- An empty landing table is a load that failed, not a shop without orders.
DELETE FROM order_line
WHERE EXISTS (SELECT FROM landing.superstore_line)
  AND NOT EXISTS (SELECT FROM landing.superstore_line WHERE row_id = order_line.id);

DELETE FROM "order"
WHERE EXISTS (SELECT FROM landing.superstore_line)
  AND NOT EXISTS (SELECT FROM landing.superstore_line WHERE order_id = "order".id);
