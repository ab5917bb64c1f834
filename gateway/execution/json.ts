/** A JSON object as it came off the wire or is being assembled. */
export type JsonObject = Record<string, unknown>;

/** Tells a JSON object from everything else JSON can hold. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
