import type { CallerCondition } from '../../control/governance/describe-callers.ts';

/** Says what holds of some callers, or of the time at which they ask. */
export function describeCondition({ holds, holdsNot }: CallerCondition): string {
  const parts = [...holds, ...holdsNot.map((name) => `not ${name}`)];
  return parts.length === 0 ? 'everybody' : parts.join(' + ');
}
