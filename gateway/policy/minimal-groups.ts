/**
 * Names in disjunctive normal form: an OR of AND groups. No group at all is said of nobody, an
 * empty group of everybody.
 */
export type Groups = readonly (readonly string[])[];

/** What asks for nothing. */
export const EVERYBODY: Groups = [[]];

/**
 * Brings groups into the one shortest form that says the same: each sorted and without repetition,
 * none that holds all names of another. As nothing is negated, equal forms are equal conditions.
 */
export function toMinimalGroups(groups: Groups): Groups {
  const ordered = groups
    .map((group) => [...new Set(group)].sort())
    .sort(
      (one, other) => one.length - other.length || (one.join('\n') < other.join('\n') ? -1 : 1),
    );
  const minimal: (readonly string[])[] = [];
  for (const group of ordered) {
    if (!isMet(minimal, new Set(group))) minimal.push(group);
  }
  return minimal;
}

/** Tells whether somebody with just these names meets one of the groups. */
export function isMet(groups: Groups, held: ReadonlySet<string>): boolean {
  return groups.some((group) => group.every((name) => held.has(name)));
}

/**
 * Finds the groups of those who meet both.
 *
 * @param limit Of pairs that are looked at.
 * @returns Minimal groups; null beyond the limit.
 */
export function conjoinGroups(one: Groups, other: Groups, limit: number): Groups | null {
  if (one.length * other.length > limit) return null;
  return toMinimalGroups(one.flatMap((left) => other.map((right) => [...left, ...right])));
}
