import { parseText, parseValues } from '../../shared/kit/filter-conditions.ts';
import type { ProductCriteria } from './source.ts';

/** `ProductFilter` as it arrives. */
export interface ProductFilter {
  readonly ids?: readonly string[] | null;
  readonly categories?: readonly string[] | null;
  readonly subCategories?: readonly string[] | null;
  readonly nameContains?: string | null;
}

const LONGEST_NAME_PART = 100;

/** @throws {MeshgateError} `INPUT_INVALID` when a list has not 1 to 200 values, or the part of a name not 1 to 100 characters. */
export function parseProductFilter(filter: ProductFilter | null | undefined): ProductCriteria {
  return {
    ids: parseValues('ids', filter?.ids),
    categories: parseValues('categories', filter?.categories),
    subCategories: parseValues('subCategories', filter?.subCategories),
    nameContains: parseText('nameContains', filter?.nameContains, LONGEST_NAME_PART),
  };
}
