import type { ClaimPath } from './issuer-settings.ts';

/** A JSON object of unknown members. Ask with `Object.hasOwn`: names such as `constructor` are inherited. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** RFC 6749, 3.3. A space inside would become two scopes when scopes are joined for a subgraph. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
/** Characters that no name has: databases refuse NUL, logs break at the others, half a pair is no character. */
const UNFIT = /[\p{Cc}\p{Cs}]/u;

/** Finds a value by its path; undefined when there is none. Inherited members are never found. */
export function readClaim(payload: JsonObject, path: ClaimPath): unknown {
  if (Object.hasOwn(payload, path)) return payload[path];
  let value: unknown = payload;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    if (!Object.hasOwn(value, step)) return undefined;
    value = (value as JsonObject)[step];
  }
  return value;
}

/** Whether a text can be a name: not empty, no control characters, whole characters only. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !UNFIT.test(value);
}

/** No scopes is a fine answer; scopes of an unknown form are not and read as null. */
export function toScopes(value: unknown): readonly string[] | null {
  const parts: unknown =
    typeof value === 'string' ? value.split(' ').filter((part) => part !== '') : (value ?? []);
  if (!Array.isArray(parts)) return null;
  return parts.every((part) => typeof part === 'string' && SCOPE.test(part)) ? parts : null;
}

/** A single name becomes a list of one; an absent claim is the empty list, another form reads as null. */
export function toNames(value: unknown): readonly string[] | null {
  if (value === undefined || value === null) return [];
  const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
  return parts.every(isName) ? parts : null;
}

/** A single value becomes a list of one, so that data products see one form; undefined when absent. */
export function toRowClaim(value: unknown): readonly string[] | null | undefined {
  if (value === undefined || value === null) return undefined;
  const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
  const fits = parts.every(
    (part) => Number.isSafeInteger(part) || (typeof part === 'string' && !UNFIT.test(part)),
  );
  return fits ? parts.map(String) : null;
}
