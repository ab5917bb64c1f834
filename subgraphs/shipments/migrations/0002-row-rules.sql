-- The row rules of product.odps.yaml make the policies from here on, in the transaction of the latest migration.
DROP POLICY shipment_of_callers_regions ON shipment;
