import { isJsonObject, type JsonObject } from './json.ts';

/**
 * Adds what a fetch returned to the object it was asked for.
 *
 * The target itself is written to; whatever lies deeper may be shared with other
 * places of the answer, because equal representations are asked once and every
 * place is handed the same result. So where both sides hold an object under one
 * key, a new object takes its place and neither of the two is touched.
 */
export function mergeResult(target: JsonObject, received: JsonObject): void {
  for (const key in received) {
    const value = received[key];
    const present = target[key];
    target[key] =
      present === undefined || present === null || value === present
        ? value
        : mergedValue(present, value);
  }
}

function mergedValue(present: unknown, value: unknown): unknown {
  if (Array.isArray(present) && Array.isArray(value)) {
    return present.length === value.length
      ? present.map((element, index) => mergedValue(element, value[index]))
      : value;
  }
  if (isJsonObject(present) && isJsonObject(value)) {
    const merged = { ...present };
    mergeResult(merged, value);
    return merged;
  }
  return value === null || value === undefined ? present : value;
}
