/**
 * Finds the name that a mistyped one was probably meant to be.
 *
 * @returns The candidate with the fewest single-character edits (Levenshtein distance), provided
 *   that they are at most a third of its length; null when nothing is that near.
 */
export function nearestName(given: string, candidates: readonly string[]): string | null {
  const [best] = candidates
    .map((name) => ({ name, edits: countEdits(given.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= Math.floor(name.length / 3))
    .sort((left, right) => left.edits - right.edits);
  return best?.name ?? null;
}

function countEdits(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [row, character] of [...from].entries()) {
    const current = [row + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = at(previous, column - 1) + (character === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, at(previous, column) + 1, at(current, column - 1) + 1));
    }
    previous = current;
  }
  return at(previous, to.length);
}

const at = (row: readonly number[], column: number): number => row[column] ?? 0;
