import type { JsonObject } from '../json.ts';

/** Tells whether two JSON values are equal, the order of keys included. */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return false;
  }
  if (Array.isArray(one) || Array.isArray(other)) {
    return (
      Array.isArray(one) &&
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((element, index) => isSameJson(element, other[index]))
    );
  }
  return hasSameMembers(one as JsonObject, other as JsonObject);
}

function hasSameMembers(one: JsonObject, other: JsonObject): boolean {
  const keys = Object.keys(one);
  const others = Object.keys(other);
  if (keys.length !== others.length) return false;
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as string;
    if (key !== others[index] || !isSameJson(one[key], other[key])) return false;
  }
  return true;
}
