import { parseDays, parseValues } from '../../shared/kit/filter-conditions.ts';
import type { ShipmentCriteria } from './source.ts';

/** `ShipmentFilter` as it arrives; enum members already in the spelling of the source. */
export interface ShipmentFilter {
  readonly shipModes?: readonly string[] | null;
  readonly shippedOn?: { readonly from?: string | null; readonly to?: string | null } | null;
  readonly regions?: readonly string[] | null;
}

/**
 * Checks a filter; what is absent or null asks nothing.
 *
 * @throws {MeshgateError} `INPUT_INVALID` when a list has not 1 to 200 values, or the range
 *   of days ends before it starts.
 */
export function parseShipmentFilter(filter: ShipmentFilter | null | undefined): ShipmentCriteria {
  const { from, to } = parseDays('shippedOn', filter?.shippedOn);
  return {
    shipModes: parseValues('shipModes', filter?.shipModes),
    from,
    to,
    regions: parseValues('regions', filter?.regions),
  };
}
