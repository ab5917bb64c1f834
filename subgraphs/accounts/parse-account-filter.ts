import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import type { AccountCriteria } from './source.ts';

/** `AccountFilter` as it arrives; market segments already in the spelling of the source. */
export interface AccountFilter {
  readonly ids?: readonly string[] | null;
  readonly marketSegments?: readonly string[] | null;
}

const MOST_VALUES = 200;

/** @throws {MeshgateError} `INPUT_INVALID` when a list is empty or has more than 200 values. */
export function parseAccountFilter(filter: AccountFilter | null | undefined): AccountCriteria {
  return {
    ids: parseList('ids', filter?.ids),
    marketSegments: parseList('marketSegments', filter?.marketSegments),
  };
}

function parseList(
  name: string,
  values: readonly string[] | null | undefined,
): readonly string[] | null {
  if (values === null || values === undefined) return null;
  if (values.length < 1 || values.length > MOST_VALUES) {
    throw new MeshgateError('INPUT_INVALID', {
      message: `filter.${name} must have 1 to ${MOST_VALUES} values, not ${values.length}; leave it out to ask for all.`,
      details: { argument: `filter.${name}`, minimum: 1, maximum: MOST_VALUES },
    });
  }
  return values;
}
