import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import { parseDays, parseValues, refuseFilter } from '../../shared/kit/filter-conditions.ts';
import { isCategoryId } from './source.ts';
import type { AccuracyCriteria } from './source-accuracy.ts';
import type { FigureCriteria } from './source-criteria.ts';

/** `MonthlyFiguresFilter` or `ForecastFilter` as it arrives; regions already in the spelling of the source. */
export interface FiguresFilter {
  readonly months?: { readonly from?: string | null; readonly to?: string | null } | null;
  readonly regions?: readonly string[] | null;
  readonly categories?: readonly string[] | null;
  readonly revenue?: { readonly min?: string | null; readonly max?: string | null } | null;
}

/** `ForecastAccuracyFilter` as it arrives. */
export type AccuracyFilter = Pick<FiguresFilter, 'regions' | 'categories'>;

/** Months that the forecast reaches. */
const MOST_MONTHS = 12;

/**
 * Checks a filter; what is absent or null asks nothing.
 *
 * @throws {MeshgateError} `INPUT_INVALID` when a list has not 1 to 200 values, a category is
 *   no id, or a range of days ends before it starts.
 */
export function parseFiguresFilter(filter: FiguresFilter | null | undefined): FigureCriteria {
  const { from, to } = parseDays('months', filter?.months);
  return {
    from,
    to,
    ...parseAccuracyFilter(filter),
    least: filter?.revenue?.min ?? null,
    most: filter?.revenue?.max ?? null,
    monthsAhead: null,
  };
}

/**
 * Checks the arguments of a category's forecast.
 *
 * @throws {MeshgateError} `INPUT_INVALID` when `months` is out of 1..12.
 */
export function parseHorizon(region: string | null, months: number): FigureCriteria {
  if (months < 1 || months > MOST_MONTHS) {
    throw new MeshgateError('INPUT_INVALID', {
      message: `months must be between 1 and ${MOST_MONTHS}, not ${months}.`,
      details: { argument: 'months' },
    });
  }
  const regions = region === null ? null : [region];
  return { ...parseFiguresFilter({ regions }), monthsAhead: months };
}

/** Checks regions and categories, as `parseFiguresFilter` does. */
export function parseAccuracyFilter(filter: AccuracyFilter | null | undefined): AccuracyCriteria {
  return {
    regions: parseValues('regions', filter?.regions),
    categories: parseCategories(filter?.categories),
  };
}

function parseCategories(ids: readonly string[] | null | undefined): readonly string[] | null {
  const categories = parseValues('categories', ids);
  if (categories !== null && !categories.every(isCategoryId)) {
    throw refuseFilter(
      'categories',
      'filter.categories must hold ids of categories, such as office-supplies; names such as Office Supplies are no ids.',
    );
  }
  return categories;
}
