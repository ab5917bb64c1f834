/**
 * The only file that knows how products and categories are stored.
 *
 * @module
 */

import type { CursorOrder, Page } from '../../shared/kit/connection.ts';
import type { QueryRows } from '../../shared/kit/product-database.ts';

/** A product as the table holds it. */
export interface ProductRow {
  readonly id: string;
  readonly name: string;
  readonly otherNames: readonly string[];
  readonly categoryId: string;
  readonly subCategory: string;
}

/** A category with the names of its sub-categories. */
export interface CategoryRow {
  readonly id: string;
  readonly name: string;
  readonly subCategories: readonly string[];
}

/** Which products are meant; null where nothing is asked of that property. */
export interface ProductCriteria {
  readonly ids: readonly string[] | null;
  readonly categories: readonly string[] | null;
  readonly subCategories: readonly string[] | null;
  readonly nameContains: string | null;
}

/** How many products have a key in common. */
export interface ProductGroupRow {
  readonly key: string;
  readonly products: number;
}

/** Something statements can be run on. */
export interface ProductSession {
  readonly query: QueryRows;
}

/** A total order of products, for SQL and for cursors alike. */
interface ProductOrder extends CursorOrder {
  readonly columns: readonly string[];
  readonly direction: 'ASC' | 'DESC';
  positionOf(row: ProductRow): readonly string[];
}

const byId = {
  columns: ['id'],
  values: ['text'],
  positionOf: (row: ProductRow) => [row.id],
} as const;

const byName = {
  columns: ['name', 'id'],
  values: ['text', 'text'],
  positionOf: (row: ProductRow) => [row.name, row.id],
} as const;

/** The orders of `ProductSort`. */
export const PRODUCT_ORDERS = {
  ID_ASC: { ...byId, list: 'products by id asc', direction: 'ASC' },
  ID_DESC: { ...byId, list: 'products by id desc', direction: 'DESC' },
  NAME_ASC: { ...byName, list: 'products by name asc', direction: 'ASC' },
  NAME_DESC: { ...byName, list: 'products by name desc', direction: 'DESC' },
} as const satisfies Record<string, ProductOrder>;

export type ProductSort = keyof typeof PRODUCT_ORDERS;

/** The order of `categories`. */
export const CATEGORY_ORDER = {
  list: 'categories by id asc',
  values: ['text'],
} as const satisfies CursorOrder;

/** The column that makes a group, for each member of `ProductGrouping`. */
const GROUP_COLUMNS = { CATEGORY: 'category_id', SUB_CATEGORY: 'sub_category' } as const;

export type ProductGrouping = keyof typeof GROUP_COLUMNS;

const PRODUCT_COLUMNS = `
  id, name, other_names AS "otherNames", category_id AS "categoryId", sub_category AS "subCategory"`;

const CATEGORY_COLUMNS = `
  id, name, ARRAY(
    SELECT sub_category.name FROM sub_category WHERE category_id = category.id ORDER BY sub_category.name
  ) AS "subCategories"`;

// strpos and not LIKE: what is looked for has no wildcards. The pipeline folds case by the same collation,
// whatever that of the database is.
const CRITERIA = `
  ($1::text[] IS NULL OR id = ANY ($1))
  AND ($2::text[] IS NULL OR category_id = ANY ($2))
  AND ($3::text[] IS NULL OR sub_category = ANY ($3))
  AND ($4::text IS NULL OR strpos(
    search_text, lower(replace($4, U&'\\00A0', ' ') COLLATE "und-x-icu") COLLATE "C"
  ) > 0)`;

/** Products of these ids, in any order. */
export function findProducts(
  session: ProductSession,
  ids: readonly string[],
): Promise<readonly ProductRow[]> {
  return session.query<ProductRow>(`SELECT ${PRODUCT_COLUMNS} FROM product WHERE id = ANY ($1)`, [
    ids,
  ]);
}

/** Categories of these ids, in any order. */
export function findCategories(
  session: ProductSession,
  ids: readonly string[],
): Promise<readonly CategoryRow[]> {
  return session.query<CategoryRow>(
    `SELECT ${CATEGORY_COLUMNS} FROM category WHERE id = ANY ($1)`,
    [ids],
  );
}

/** One page of the products that meet the criteria, and one row more where there is one. */
export function listProducts(
  session: ProductSession,
  criteria: ProductCriteria,
  sort: ProductSort,
  page: Page,
): Promise<readonly ProductRow[]> {
  const { behindCursor, order } = toKeyset(sort, page, 6);
  return session.query<ProductRow>(
    `SELECT ${PRODUCT_COLUMNS} FROM product WHERE ${CRITERIA} ${behindCursor} ORDER BY ${order} LIMIT $5`,
    [...toParameters(criteria), page.limit, ...(page.after ?? [])],
  );
}

/** For each of these categories, one page of its products and one row more where there is one. */
export function listProductsOfCategories(
  session: ProductSession,
  categoryIds: readonly string[],
  criteria: ProductCriteria,
  sort: ProductSort,
  page: Page,
): Promise<readonly ProductRow[]> {
  const { behindCursor, order } = toKeyset(sort, page, 7);
  return session.query<ProductRow>(
    `SELECT ${PRODUCT_COLUMNS}
     FROM unnest($6::text[]) AS wanted (wanted_id)
     CROSS JOIN LATERAL (
       SELECT * FROM product
       WHERE category_id = wanted_id AND ${CRITERIA} ${behindCursor} ORDER BY ${order} LIMIT $5
     ) AS page
     ORDER BY ${order}`,
    [...toParameters(criteria), page.limit, categoryIds, ...(page.after ?? [])],
  );
}

/** How many products meet the criteria. */
export async function countProducts(
  session: ProductSession,
  criteria: ProductCriteria,
): Promise<number> {
  const [row] = await session.query<{ products: number }>(
    `SELECT count(*)::int AS products FROM product WHERE ${CRITERIA}`,
    toParameters(criteria),
  );
  return row?.products ?? 0;
}

/** Products that meet the criteria, counted by group. */
export function countProductsByGroup(
  session: ProductSession,
  grouping: ProductGrouping,
  criteria: ProductCriteria,
): Promise<readonly ProductGroupRow[]> {
  const column = GROUP_COLUMNS[grouping];
  return session.query<ProductGroupRow>(
    `SELECT ${column} AS key, count(*)::int AS products
     FROM product WHERE ${CRITERIA} GROUP BY ${column} ORDER BY ${column}`,
    toParameters(criteria),
  );
}

/** One page of the categories, and one row more where there is one. */
export function listCategories(
  session: ProductSession,
  page: Page,
): Promise<readonly CategoryRow[]> {
  return session.query<CategoryRow>(
    `SELECT ${CATEGORY_COLUMNS} FROM category
     WHERE $2::text IS NULL OR id > $2 ORDER BY id LIMIT $1`,
    [page.limit, page.after?.[0] ?? null],
  );
}

/** How many categories there are. */
export async function countCategories(session: ProductSession): Promise<number> {
  const [row] = await session.query<{ categories: number }>(
    'SELECT count(*)::int AS categories FROM category',
  );
  return row?.categories ?? 0;
}

function toParameters(criteria: ProductCriteria): readonly unknown[] {
  return [criteria.ids, criteria.categories, criteria.subCategories, criteria.nameContains];
}

/** @param firstPlace Number of the parameter that holds the cursor's first value. */
function toKeyset(sort: ProductSort, page: Page, firstPlace: number) {
  const { columns, direction } = PRODUCT_ORDERS[sort];
  const comparison = direction === 'ASC' ? '>' : '<';
  const places = (page.after ?? []).map((_, index) => `$${firstPlace + index}`).join(', ');
  return {
    behindCursor: places === '' ? '' : `AND (${columns.join(', ')}) ${comparison} (${places})`,
    order: columns.map((column) => `${column} ${direction}`).join(', '),
  };
}
