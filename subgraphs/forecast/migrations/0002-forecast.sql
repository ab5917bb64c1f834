-- What is expected: the 12 months after the last one of monthly_figures.
CREATE TABLE forecast_month (
  id text COLLATE "C" PRIMARY KEY,
  month date NOT NULL CHECK (extract(day FROM month) = 1),
  category_id text COLLATE "C" NOT NULL CHECK (category_id ~ '^[a-z]+(-[a-z]+)*$'),
  region text COLLATE "C" NOT NULL CHECK (region IN ('West', 'East', 'Central', 'South')),
  revenue numeric(14, 2) NOT NULL,
  lower numeric(14, 2) NOT NULL CHECK (lower >= 0),
  upper numeric(14, 2) NOT NULL,
  CHECK (lower <= revenue AND revenue <= upper),
  UNIQUE (category_id, region, month)
);

CREATE INDEX forecast_month_by_month ON forecast_month (month, id);

-- How far the same method missed the last 12 months of monthly_figures, not having seen them, beside the error
-- of repeating the year before.
CREATE TABLE forecast_accuracy (
  id text COLLATE "C" PRIMARY KEY,
  category_id text COLLATE "C" NOT NULL CHECK (category_id ~ '^[a-z]+(-[a-z]+)*$'),
  region text COLLATE "C" NOT NULL CHECK (region IN ('West', 'East', 'Central', 'South')),
  first_month date NOT NULL,
  last_month date NOT NULL,
  months integer NOT NULL CHECK (months > 0),
  actual numeric(14, 4) NOT NULL,
  forecast numeric(14, 2) NOT NULL,
  absolute_error numeric(14, 4) NOT NULL CHECK (absolute_error >= 0),
  baseline_absolute_error numeric(14, 4) NOT NULL CHECK (baseline_absolute_error >= 0),
  months_within_bounds integer NOT NULL CHECK (months_within_bounds BETWEEN 0 AND months),
  UNIQUE (category_id, region)
);

ALTER TABLE forecast_month ENABLE ROW LEVEL SECURITY;
ALTER TABLE forecast_accuracy ENABLE ROW LEVEL SECURITY;

CREATE POLICY forecast_month_of_callers_regions ON forecast_month FOR SELECT TO forecast
  USING (region = ANY ((SELECT mesh.claim_values('regions'))::text[]));
CREATE POLICY forecast_accuracy_of_callers_regions ON forecast_accuracy FOR SELECT TO forecast
  USING (region = ANY ((SELECT mesh.claim_values('regions'))::text[]));

GRANT SELECT ON forecast_month, forecast_accuracy TO forecast;
