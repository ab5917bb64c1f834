import type { Classification } from '../../policy/classification.ts';
import type { Rights } from '../../policy/requirement.ts';
import type { TimeWindow } from '../../policy/windows/time-window.ts';
import { type CallerRow, toWindowColumns, toWindowStates } from './caller-table.ts';
import { type CallerCondition, describeCallers } from './describe-callers.ts';
import { findMoments } from './find-moments.ts';
import { decideReadable, type ElementAccess, type ReadableElement } from './list-readable.ts';

/** What one caller reads of an element at some times. */
export interface TimedAccess extends ElementAccess {
  /** An OR of windows that are open or not; empty for at any time. */
  readonly when: readonly CallerCondition[];
}

/**
 * Says of every element what one caller reads of it, at every time that the rules tell apart: once for
 * each outcome.
 *
 * @param windows Of the rules.
 * @throws {MeshgateError} `INPUT_INVALID` where rules tell more than 4,096 times apart.
 */
export function decideOverTime(
  elements: readonly ReadableElement[],
  rights: Rights,
  classification: Classification,
  windows: readonly TimeWindow[],
): readonly TimedAccess[] {
  const columns = toWindowColumns(windows);
  const moments = findMoments(windows).map((moment): CallerRow => moment.map(Number));
  const decided = moments.map((moment) => {
    const at = { ...rights, windows: toWindowStates(moment, columns) };
    return { moment, access: decideReadable(elements, at, classification) };
  });
  return elements.flatMap((_, place) => {
    const outcomes = new Map<string, { access: ElementAccess; wanted: CallerRow[] }>();
    for (const { moment, access } of decided) {
      const own = access[place];
      if (own === undefined) continue;
      const key = JSON.stringify(own);
      const known = outcomes.get(key);
      if (known === undefined) outcomes.set(key, { access: own, wanted: [moment] });
      else known.wanted.push(moment);
    }
    return [...outcomes.values()].map(({ access, wanted }) => {
      const others = moments.filter((moment) => !wanted.includes(moment));
      const when = others.length === 0 ? [] : describeCallers(wanted, others, columns);
      return { ...access, when };
    });
  });
}
