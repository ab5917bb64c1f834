-- What was sold: one row per month, category and region, also where nothing was.
CREATE TABLE monthly_figures (
  id text COLLATE "C" PRIMARY KEY,
  month date NOT NULL CHECK (extract(day FROM month) = 1),
  category_id text COLLATE "C" NOT NULL CHECK (category_id ~ '^[a-z]+(-[a-z]+)*$'),
  region text COLLATE "C" NOT NULL CHECK (region IN ('West', 'East', 'Central', 'South')),
  order_lines integer NOT NULL CHECK (order_lines >= 0),
  revenue numeric(14, 4) NOT NULL CHECK (revenue >= 0),
  margin numeric(14, 4) NOT NULL,
  UNIQUE (category_id, region, month)
);

CREATE INDEX monthly_figures_by_month ON monthly_figures (month, id);
CREATE INDEX monthly_figures_by_revenue ON monthly_figures (revenue, id);

ALTER TABLE monthly_figures ENABLE ROW LEVEL SECURITY;

CREATE POLICY monthly_figures_of_callers_regions ON monthly_figures FOR SELECT TO forecast
  USING (region = ANY ((SELECT mesh.claim_values('regions'))::text[]));

GRANT SELECT ON monthly_figures TO forecast;
