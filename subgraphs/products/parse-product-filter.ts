import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import type { ProductCriteria } from './source.ts';

/** `ProductFilter` as it arrives. */
export interface ProductFilter {
  readonly ids?: readonly string[] | null;
  readonly categories?: readonly string[] | null;
  readonly subCategories?: readonly string[] | null;
  readonly nameContains?: string | null;
}

const MOST_VALUES = 200;
const LONGEST_NAME_PART = 100;

/** @throws {MeshgateError} `INPUT_INVALID` when a list has not 1 to 200 values, or the part of a name not 1 to 100 characters. */
export function parseProductFilter(filter: ProductFilter | null | undefined): ProductCriteria {
  return {
    ids: bound('ids', filter?.ids, MOST_VALUES, 'values'),
    categories: bound('categories', filter?.categories, MOST_VALUES, 'values'),
    subCategories: bound('subCategories', filter?.subCategories, MOST_VALUES, 'values'),
    nameContains: bound('nameContains', filter?.nameContains, LONGEST_NAME_PART, 'characters'),
  };
}

function bound<Condition extends string | readonly string[]>(
  name: keyof ProductFilter,
  condition: Condition | null | undefined,
  maximum: number,
  unit: string,
): Condition | null {
  if (condition === null || condition === undefined) return null;
  if (condition.length < 1 || condition.length > maximum) {
    throw new MeshgateError('INPUT_INVALID', {
      message: `filter.${name} must have 1 to ${maximum} ${unit}, not ${condition.length}; leave it out to ask for all.`,
      details: { argument: `filter.${name}`, minimum: 1, maximum },
    });
  }
  return condition;
}
