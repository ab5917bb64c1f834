import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import type { ShipmentCriteria } from './source.ts';

/** `ShipmentFilter` as it arrives; enum members already in the spelling of the source. */
export interface ShipmentFilter {
  readonly shipModes?: readonly string[] | null;
  readonly shippedOn?: { readonly from?: string | null; readonly to?: string | null } | null;
  readonly regions?: readonly string[] | null;
}

const MOST_VALUES = 200;

/**
 * Checks a filter; what is absent or null asks nothing.
 *
 * @throws {MeshgateError} `INPUT_INVALID` when a list has not 1 to 200 values, or the range
 *   of days ends before it starts.
 */
export function parseShipmentFilter(filter: ShipmentFilter | null | undefined): ShipmentCriteria {
  const from = filter?.shippedOn?.from ?? null;
  const to = filter?.shippedOn?.to ?? null;
  if (from !== null && to !== null && to < from) {
    throw invalid(
      'shippedOn',
      `filter.shippedOn must not end before it starts, but runs from ${from} to ${to}.`,
    );
  }
  return {
    shipModes: parseList('shipModes', filter?.shipModes),
    from,
    to,
    regions: parseList('regions', filter?.regions),
  };
}

function parseList(
  name: keyof ShipmentFilter,
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

function invalid(name: keyof ShipmentFilter, message: string): MeshgateError {
  return new MeshgateError('INPUT_INVALID', {
    message,
    details: { argument: `filter.${name}` },
  });
}
