-- Revenue and margin by month, category and region, for every month from the first to the last of the source. A
-- month without sales is a row with zeros, so that series have no holes.
--
-- Can run again. An empty landing table is a load that failed, not a shop without sales: it changes nothing.
DELETE FROM monthly_figures WHERE EXISTS (SELECT FROM landing.superstore_line);

WITH line AS (
  SELECT
    (order_date - extract(day FROM order_date)::int + 1) AS month,
    lower(replace(category, ' ', '-')) AS category_id,
    region,
    sales,
    profit
  FROM landing.superstore_line
),
series AS (
  SELECT month::date AS month, category_id, region
  FROM generate_series(
    (SELECT min(month) FROM line)::timestamp, (SELECT max(month) FROM line)::timestamp, interval '1 month'
  ) AS month
  CROSS JOIN (SELECT DISTINCT category_id FROM line) AS category
  CROSS JOIN (SELECT DISTINCT region FROM line) AS region
)
INSERT INTO monthly_figures (id, month, category_id, region, order_lines, revenue, margin)
SELECT
  to_char(month, 'YYYY-MM') || '-' || category_id || '-' || lower(region),
  month,
  category_id,
  region,
  count(sales),
  coalesce(sum(sales), 0),
  coalesce(sum(profit), 0)
FROM series
LEFT JOIN line USING (month, category_id, region)
GROUP BY month, category_id, region;
