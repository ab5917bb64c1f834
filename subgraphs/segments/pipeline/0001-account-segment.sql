-- Recency, frequency and monetary value of every account, scored and labelled.
--
-- The reference day is the day after the last order of the source. A score is the fifth of all accounts that the
-- account falls into, 5 the best: ntile makes fifths of equal size, so accounts with equal values can fall on two
-- sides of a border; the id decides, and the same source always gives the same scores.
--
-- Can run again: accounts of the source are written over, others go.
WITH activity AS (
  SELECT
    'A-' || split_part(customer_id, '-', 2) AS id,
    max(order_date) AS last_order_on,
    count(DISTINCT order_id)::int AS frequency,
    sum(sales) AS monetary
  FROM landing.superstore_line
  GROUP BY 1
),
measured AS (
  SELECT *, max(last_order_on) OVER () + 1 AS as_of FROM activity
),
scored AS (
  SELECT
    *,
    as_of - last_order_on AS recency_days,
    ntile(5) OVER (ORDER BY last_order_on, id COLLATE "C") AS recency_score,
    ntile(5) OVER (ORDER BY frequency, id COLLATE "C") AS frequency_score,
    ntile(5) OVER (ORDER BY monetary, id COLLATE "C") AS monetary_score
  FROM measured
)
INSERT INTO account_segment (
  id, label, as_of, recency_days, frequency, monetary, recency_score, frequency_score, monetary_score
)
SELECT
  id, label, as_of, recency_days, frequency, monetary, scored.recency_score, frequency_score, monetary_score
FROM scored
JOIN segment_rule
  ON segment_rule.recency_score = scored.recency_score
  AND segment_rule.value_score = (frequency_score + monetary_score + 1) / 2
ON CONFLICT (id) DO UPDATE SET
  label = EXCLUDED.label,
  as_of = EXCLUDED.as_of,
  recency_days = EXCLUDED.recency_days,
  frequency = EXCLUDED.frequency,
  monetary = EXCLUDED.monetary,
  recency_score = EXCLUDED.recency_score,
  frequency_score = EXCLUDED.frequency_score,
  monetary_score = EXCLUDED.monetary_score;

-- An empty landing table is a load that failed, not a mesh without customers.
DELETE FROM account_segment
WHERE EXISTS (SELECT FROM landing.superstore_line)
  AND NOT EXISTS (
    SELECT FROM landing.superstore_line
    WHERE 'A-' || split_part(customer_id, '-', 2) = account_segment.id
  );
