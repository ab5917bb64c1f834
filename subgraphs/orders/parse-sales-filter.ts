import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import type { SalesCriteria } from './source-criteria.ts';

/** `OrderFilter` or `OrderLineFilter` as it arrives; enum members already in the spelling of the source. */
export interface SalesFilter {
  readonly orderedOn?: { readonly from?: string | null; readonly to?: string | null } | null;
  readonly regions?: readonly string[] | null;
  readonly categories?: readonly string[] | null;
  readonly marketSegments?: readonly string[] | null;
  readonly amount?: { readonly min?: string | null; readonly max?: string | null } | null;
}

const MOST_VALUES = 200;

const CATEGORY_FORM = /^[a-z]+(-[a-z]+)*$/;

/**
 * Checks a filter; what is absent or null asks nothing.
 *
 * @throws {MeshgateError} `INPUT_INVALID` when a list has not 1 to 200 values, a category is
 *   no id, or a range of days ends before it starts.
 */
export function parseSalesFilter(filter: SalesFilter | null | undefined): SalesCriteria {
  const { from, to } = parseDays(filter?.orderedOn);
  return {
    from,
    to,
    regions: parseList('regions', filter?.regions),
    categories: parseCategories(filter?.categories),
    marketSegments: parseList('marketSegments', filter?.marketSegments),
    least: filter?.amount?.min ?? null,
    most: filter?.amount?.max ?? null,
  };
}

function parseDays(range: SalesFilter['orderedOn']): Pick<SalesCriteria, 'from' | 'to'> {
  const from = range?.from ?? null;
  const to = range?.to ?? null;
  if (from !== null && to !== null && to < from) {
    throw invalid(
      'orderedOn',
      `filter.orderedOn must not end before it starts, but runs from ${from} to ${to}.`,
    );
  }
  return { from, to };
}

function parseCategories(ids: readonly string[] | null | undefined): readonly string[] | null {
  const categories = parseList('categories', ids);
  if (categories !== null && !categories.every((id) => CATEGORY_FORM.test(id))) {
    throw invalid(
      'categories',
      'filter.categories must hold ids of categories, such as office-supplies; names such as Office Supplies are no ids.',
    );
  }
  return categories;
}

function parseList(
  name: keyof SalesFilter,
  values: readonly string[] | null | undefined,
): readonly string[] | null {
  if (values === null || values === undefined) return null;
  if (values.length < 1 || values.length > MOST_VALUES) {
    throw invalid(
      name,
      `filter.${name} must have 1 to ${MOST_VALUES} values, not ${values.length}; leave it out to ask for all.`,
    );
  }
  return values;
}

function invalid(name: keyof SalesFilter, message: string): MeshgateError {
  return new MeshgateError('INPUT_INVALID', {
    message,
    details: { argument: `filter.${name}` },
  });
}
