import type { ProductResolvers } from '../../shared/kit/define-product.ts';
import { scalars } from '../../shared/kit/scalars.ts';
import type { ForecastLoaders } from './loaders.ts';
import { type FiguresFilter, parseFiguresFilter } from './parse-figures-filter.ts';
import {
  resolveAccuracy,
  resolveFiguresOfCategory,
  resolveForecast,
  resolveForecastOfCategory,
  resolveMonthlyFigures,
} from './resolve-connections.ts';
import {
  type Keyed,
  type RevenueGrouping,
  type RevenueTotalsRow,
  sumFiguresByGroup,
} from './source-totals.ts';

interface Reference {
  readonly id: string;
}

interface RevenueByArguments {
  readonly groupBy: RevenueGrouping;
  readonly filter?: FiguresFilter | null;
}

const toCategory = ({ categoryId }: { categoryId: string }) => ({ id: categoryId });

/** Answers every field of `schema.graphql` that is not simply a column of the row. */
export const resolvers: ProductResolvers<ForecastLoaders> = {
  Decimal: scalars.Decimal,
  Date: scalars.Date,
  Region: { WEST: 'West', EAST: 'East', CENTRAL: 'Central', SOUTH: 'South' },
  Query: {
    monthlyFigures: resolveMonthlyFigures,
    revenueBy: (_: unknown, { groupBy, filter }: RevenueByArguments, { database }) =>
      sumFiguresByGroup(database, groupBy, parseFiguresFilter(filter)),
    forecast: resolveForecast,
    forecastAccuracy: resolveAccuracy,
  },
  MonthlyFigures: {
    __resolveReference: ({ id }: Reference, { loaders }) => loaders.figuresById.load(id),
    category: toCategory,
  },
  ForecastMonth: {
    category: toCategory,
  },
  ForecastAccuracy: {
    category: toCategory,
  },
  RevenueGroup: {
    totals: (group: Keyed<RevenueTotalsRow>) => group,
  },
  // Whether a category exists is for the product that holds products to say.
  Category: {
    __resolveReference: ({ id }: Reference) => ({ id }),
    monthlyFigures: resolveFiguresOfCategory,
    forecast: resolveForecastOfCategory,
  },
};
