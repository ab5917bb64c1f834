import { parseValues } from '../../shared/kit/filter-conditions.ts';
import type { AccountCriteria } from './source.ts';

/** `AccountFilter` as it arrives; market segments already in the spelling of the source. */
export interface AccountFilter {
  readonly ids?: readonly string[] | null;
  readonly marketSegments?: readonly string[] | null;
}

/** @throws {MeshgateError} `INPUT_INVALID` when a list is empty or has more than 200 values. */
export function parseAccountFilter(filter: AccountFilter | null | undefined): AccountCriteria {
  return {
    ids: parseValues('ids', filter?.ids),
    marketSegments: parseValues('marketSegments', filter?.marketSegments),
  };
}
