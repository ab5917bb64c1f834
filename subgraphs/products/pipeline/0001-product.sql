-- Products, sub-categories and categories of the order lines. Where one id carries several names, the name on
-- the most recent line is the product's name (of one day: the higher row id) and the others are kept beside it.
--
-- Can run again: what the source has is written over, what it no longer has goes. A sub-category in two
-- categories, or a product in two sub-categories, stops the run.
INSERT INTO category (id, name)
SELECT DISTINCT lower(replace(category, ' ', '-')), category
FROM landing.superstore_line
ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name;

INSERT INTO sub_category (name, category_id)
SELECT DISTINCT sub_category, lower(replace(category, ' ', '-'))
FROM landing.superstore_line
ON CONFLICT (name) DO UPDATE SET category_id = EXCLUDED.category_id;

WITH latest AS (
  SELECT DISTINCT ON (product_id) product_id, product_name
  FROM landing.superstore_line
  ORDER BY product_id, order_date DESC, row_id DESC
),
source AS (
  SELECT DISTINCT product_id, product_name, lower(replace(category, ' ', '-')) AS category_id, sub_category
  FROM landing.superstore_line
)
INSERT INTO product (id, name, other_names, category_id, sub_category, search_text)
SELECT
  product_id,
  latest.product_name,
  coalesce(
    array_agg(source.product_name ORDER BY source.product_name COLLATE "C")
      FILTER (WHERE source.product_name <> latest.product_name),
    '{}'
  ),
  category_id,
  sub_category,
  lower(
    replace(string_agg(source.product_name, E'\n' ORDER BY source.product_name COLLATE "C"), U&'\00A0', ' ')
    COLLATE "und-x-icu"
  )
FROM latest
JOIN source USING (product_id)
GROUP BY product_id, latest.product_name, category_id, sub_category
ON CONFLICT (id) DO UPDATE SET
  name = EXCLUDED.name,
  other_names = EXCLUDED.other_names,
  category_id = EXCLUDED.category_id,
  sub_category = EXCLUDED.sub_category,
  search_text = EXCLUDED.search_text;

-- An empty landing table is a load that failed, not a shop without products.
DELETE FROM category
WHERE EXISTS (SELECT FROM landing.superstore_line)
  AND NOT EXISTS (
    SELECT FROM landing.superstore_line WHERE lower(replace(category, ' ', '-')) = category.id
  );

DELETE FROM sub_category
WHERE EXISTS (SELECT FROM landing.superstore_line)
  AND NOT EXISTS (
    SELECT FROM landing.superstore_line WHERE superstore_line.sub_category = sub_category.name
  );

DELETE FROM product
WHERE EXISTS (SELECT FROM landing.superstore_line)
  AND NOT EXISTS (SELECT FROM landing.superstore_line WHERE product_id = product.id);
