-- The row rules of product.odps.yaml make the policies from here on, in the transaction of the latest migration.
DROP POLICY monthly_figures_of_callers_regions ON monthly_figures;
DROP POLICY forecast_month_of_callers_regions ON forecast_month;
DROP POLICY forecast_accuracy_of_callers_regions ON forecast_accuracy;
