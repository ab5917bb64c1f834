/** Writes a count with its noun, such as `1 batch` or `2 batches`. */
export function toCount(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
