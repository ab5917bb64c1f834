-- The row rules of product.odps.yaml make the policies from here on, in the transaction of the latest migration.
DROP POLICY order_of_callers_regions ON "order";
DROP POLICY order_line_of_callers_regions ON order_line;
DROP POLICY return_line_of_callers_regions ON return_line;
DROP POLICY return_line_into_callers_regions ON return_line;
