import type { JsonObject } from './json.ts';

/** Copies a JSON value through and through. */
export function cloneValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const copy = new Array<unknown>(value.length);
    for (let index = 0; index < value.length; index += 1) copy[index] = cloneValue(value[index]);
    return copy;
  }
  const source = value as JsonObject;
  const copy: JsonObject = {};
  for (const key in source) copy[key] = cloneValue(source[key]);
  return copy;
}
