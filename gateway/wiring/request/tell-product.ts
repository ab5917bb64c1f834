/**
 * Writes all that a product is told of a caller besides who it is, as the keys of parts have it.
 *
 * @param described What every product is told; never a list of three.
 * @param grant Fingerprint of what was granted of the product; null for nothing.
 * @param refused What tells callers apart whose calls ask for what is refused; may be empty.
 */
export function tellProduct(described: string, grant: string | null, refused: string): string {
  return grant === null && refused === '' ? described : JSON.stringify([described, grant, refused]);
}
