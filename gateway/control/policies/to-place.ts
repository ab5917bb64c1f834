/**
 * Says where in a text something is, as people count.
 *
 * @param offset In bytes of UTF-8, from 0.
 * @returns `LINE:COLUMN`, both from 1; a column is a character.
 */
export function toPlace(text: string, offset: number): string {
  const before = Buffer.from(text).subarray(0, offset).toString('utf8');
  const line = before.split('\n').length;
  const column = [...before.slice(before.lastIndexOf('\n') + 1)].length + 1;
  return `${line}:${column}`;
}
