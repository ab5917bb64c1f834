/**
 * Counts the paths at which two answers differ.
 *
 * @param one JSON, as text or in UTF-8.
 * @returns A count; 0 for the same text, and at least 1 for any other.
 */
export function countDifferences(one: string | Uint8Array, other: string | Uint8Array): number {
  const [left, right] = [toText(one), toText(other)];
  return left === right ? 0 : Math.max(1, countIn(JSON.parse(left), JSON.parse(right)));
}

function toText(body: string | Uint8Array): string {
  return typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
}

function countIn(one: unknown, other: unknown): number {
  if (!isStructure(one) || !isStructure(other)) return one === other ? 0 : 1;
  if (Array.isArray(one) !== Array.isArray(other)) return 1;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  let count = 0;
  for (const key of keys) count += countIn(one[key], other[key]);
  return count;
}

function isStructure(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
