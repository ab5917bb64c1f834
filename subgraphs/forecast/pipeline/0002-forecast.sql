-- The forecast, and how good its method would have been.
--
-- Method, for each category and region ("series"), from the months before the first month to forecast ("origin"):
--   level   revenue of the series in the last 12 months
--   growth  1 + average yearly rise of the revenue of all series together / its last year; one for all, because
--           single series are too noisy to carry a trend of their own
--   share   part of a year's revenue that falls into the calendar month, over all years and all series
--   revenue = level * growth * share
-- Bounds: revenue times the 10th and the 90th percentile of actual / forecast of the category at earlier origins.
--
-- The same method runs at three origins: one and two years before the end of the data, where its error can be
-- measured, and at the end. No origin uses a month or an error from after it.
--
-- All arithmetic is numeric; percentile_disc picks one of its values and computes nothing. With less than four
-- complete years of figures the run fails, and the last forecast stays. Can run again.
CREATE TEMP TABLE projection ON COMMIT DROP AS
WITH origin AS (
  SELECT (max(month) + interval '1 month' - make_interval(years => years_before))::date AS origin
  FROM monthly_figures
  CROSS JOIN generate_series(0, 2) AS years_before
  GROUP BY years_before
),
training AS (
  SELECT *, (months_back + 11) / 12 AS years_back
  FROM (
    SELECT
      origin,
      category_id,
      region,
      revenue,
      extract(month FROM month)::int AS calendar_month,
      ((extract(year FROM origin) - extract(year FROM month)) * 12
        + extract(month FROM origin) - extract(month FROM month))::int AS months_back
    FROM origin
    JOIN monthly_figures ON month < origin
  ) AS dated
),
-- Years are counted backwards from the origin; an incomplete oldest one is left out.
complete_training AS (
  SELECT training.*
  FROM training
  JOIN (SELECT origin, max(months_back) / 12 AS years FROM training GROUP BY origin) AS span USING (origin)
  WHERE years_back <= years
),
year_total AS (
  SELECT origin, years_back, sum(revenue) AS revenue FROM complete_training GROUP BY origin, years_back
),
growth AS (
  SELECT
    origin,
    1 + (max(revenue) FILTER (WHERE years_back = 1) - max(revenue) FILTER (WHERE years_back = years))
      / (years - 1) / max(revenue) FILTER (WHERE years_back = 1) AS growth
  FROM year_total
  JOIN (SELECT origin, max(years_back) AS years FROM year_total GROUP BY origin) AS span USING (origin)
  GROUP BY origin, years
),
calendar_share AS (
  SELECT
    origin,
    calendar_month,
    sum(revenue) / sum(sum(revenue)) OVER (PARTITION BY origin) AS share
  FROM complete_training
  GROUP BY origin, calendar_month
),
level AS (
  SELECT origin, category_id, region, sum(revenue) AS level
  FROM complete_training
  WHERE years_back = 1
  GROUP BY origin, category_id, region
)
SELECT
  origin,
  month::date AS month,
  category_id,
  region,
  round(level * growth * share, 2) AS revenue
FROM level
JOIN growth USING (origin)
CROSS JOIN LATERAL generate_series(
  origin::timestamp, origin::timestamp + interval '11 months', interval '1 month'
) AS month
JOIN calendar_share USING (origin)
WHERE calendar_month = extract(month FROM month)::int;

CREATE TEMP TABLE bounded ON COMMIT DROP AS
WITH miss AS (
  SELECT projection.origin, category_id, actual.revenue / projection.revenue AS ratio
  FROM projection
  JOIN monthly_figures AS actual USING (month, category_id, region)
  WHERE projection.revenue > 0
),
bound AS (
  SELECT
    later.origin,
    category_id,
    percentile_disc(0.1) WITHIN GROUP (ORDER BY ratio) AS lowest,
    percentile_disc(0.9) WITHIN GROUP (ORDER BY ratio) AS highest
  FROM (SELECT DISTINCT origin FROM projection) AS later
  JOIN miss ON miss.origin < later.origin
  GROUP BY later.origin, category_id
)
SELECT
  projection.*,
  least(revenue, round(revenue * lowest, 2)) AS lower,
  greatest(revenue, round(revenue * highest, 2)) AS upper
FROM projection
JOIN bound USING (origin, category_id);

DELETE FROM forecast_month;

INSERT INTO forecast_month (id, month, category_id, region, revenue, lower, upper)
SELECT
  to_char(month, 'YYYY-MM') || '-' || category_id || '-' || lower(region),
  month,
  category_id,
  region,
  revenue,
  bounded.lower,
  upper
FROM bounded
WHERE origin = (SELECT max(origin) FROM bounded);

DELETE FROM forecast_accuracy;

-- The hold-out: the origin one year before the end, against the year that followed.
INSERT INTO forecast_accuracy (
  id, category_id, region, first_month, last_month, months, actual, forecast, absolute_error,
  baseline_absolute_error, months_within_bounds
)
SELECT
  category_id || '-' || lower(region),
  category_id,
  region,
  min(bounded.month),
  max(bounded.month),
  count(*),
  sum(actual.revenue),
  sum(bounded.revenue),
  sum(abs(actual.revenue - bounded.revenue)),
  sum(abs(actual.revenue - year_before.revenue)),
  count(*) FILTER (WHERE actual.revenue BETWEEN bounded.lower AND bounded.upper)
FROM bounded
JOIN monthly_figures AS actual USING (month, category_id, region)
JOIN monthly_figures AS year_before USING (category_id, region)
WHERE origin = (SELECT max(origin) FROM bounded JOIN monthly_figures USING (month))
  AND year_before.month = (bounded.month - interval '1 year')::date
GROUP BY category_id, region;
