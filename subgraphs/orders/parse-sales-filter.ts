import { parseDays, parseValues, refuseFilter } from '../../shared/kit/filter-conditions.ts';
import type { SalesCriteria } from './source-criteria.ts';

/** `OrderFilter` or `OrderLineFilter` as it arrives; enum members already in the spelling of the source. */
export interface SalesFilter {
  readonly orderedOn?: { readonly from?: string | null; readonly to?: string | null } | null;
  readonly regions?: readonly string[] | null;
  readonly categories?: readonly string[] | null;
  readonly marketSegments?: readonly string[] | null;
  readonly amount?: { readonly min?: string | null; readonly max?: string | null } | null;
}

const CATEGORY_FORM = /^[a-z]+(-[a-z]+)*$/;

/**
 * Checks a filter; what is absent or null asks nothing.
 *
 * @throws {MeshgateError} `INPUT_INVALID` when a list has not 1 to 200 values, a category is
 *   no id, or a range of days ends before it starts.
 */
export function parseSalesFilter(filter: SalesFilter | null | undefined): SalesCriteria {
  const { from, to } = parseDays('orderedOn', filter?.orderedOn);
  return {
    from,
    to,
    regions: parseValues('regions', filter?.regions),
    categories: parseCategories(filter?.categories),
    marketSegments: parseValues('marketSegments', filter?.marketSegments),
    least: filter?.amount?.min ?? null,
    most: filter?.amount?.max ?? null,
  };
}

function parseCategories(ids: readonly string[] | null | undefined): readonly string[] | null {
  const categories = parseValues('categories', ids);
  if (categories !== null && !categories.every((id) => CATEGORY_FORM.test(id))) {
    throw refuseFilter(
      'categories',
      'filter.categories must hold ids of categories, such as office-supplies; names such as Office Supplies are no ids.',
    );
  }
  return categories;
}
