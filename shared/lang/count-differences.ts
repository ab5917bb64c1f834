/**
 * Counts the paths at which two JSON values differ, however deep they are.
 *
 * @returns A count; 0 for values that differ in the order of members only.
 */
export function countDifferences(one: unknown, other: unknown): number {
  const pairs: (readonly [unknown, unknown])[] = [[one, other]];
  let count = 0;
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [left, right] = pair;
    if (left === right) continue;
    if (!isStructure(left) || !isStructure(right) || Array.isArray(left) !== Array.isArray(right)) {
      count += 1;
      continue;
    }
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      pairs.push([memberOf(left, key), memberOf(right, key)]);
    }
  }
  return count;
}

type Structure = Readonly<Record<string, unknown>>;

function isStructure(value: unknown): value is Structure {
  return typeof value === 'object' && value !== null;
}

/** A member may be called as something that every object inherits. */
function memberOf(structure: Structure, key: string): unknown {
  return Object.hasOwn(structure, key) ? structure[key] : undefined;
}
