import { parseValues, refuseFilter } from '../../shared/kit/filter-conditions.ts';
import type { Range, SegmentCriteria } from './source.ts';

/** A range as it arrives. */
interface RangeInput<Value> {
  readonly min?: Value | null;
  readonly max?: Value | null;
}

/** `AccountSegmentFilter` as it arrives. */
export interface SegmentFilter {
  readonly ids?: readonly string[] | null;
  readonly labels?: readonly string[] | null;
  readonly recencyDays?: RangeInput<number> | null;
  readonly frequency?: RangeInput<number> | null;
  readonly monetary?: RangeInput<string> | null;
}

/**
 * Checks a filter; what is absent or null asks nothing.
 *
 * @throws {MeshgateError} `INPUT_INVALID` when a list has not 1 to 200 values, or the least of
 *   a range of whole numbers is above its most.
 */
export function parseSegmentFilter(filter: SegmentFilter | null | undefined): SegmentCriteria {
  return {
    ids: parseValues('ids', filter?.ids),
    labels: parseValues('labels', filter?.labels),
    recencyDays: parseCounts('recencyDays', filter?.recencyDays),
    frequency: parseCounts('frequency', filter?.frequency),
    monetary: toRange(filter?.monetary),
  };
}

function toRange<Value>(range: RangeInput<Value> | null | undefined): Range<Value> {
  return { min: range?.min ?? null, max: range?.max ?? null };
}

function parseCounts(name: keyof SegmentFilter, input: SegmentFilter['frequency']): Range<number> {
  const range = toRange(input);
  if (range.min !== null && range.max !== null && range.min > range.max) {
    throw refuseFilter(
      name,
      `filter.${name}.min must not be above max, but the range is ${range.min} to ${range.max}.`,
    );
  }
  return range;
}
