/**
 * States what must hold. A failure is a bug of ours, never of a caller.
 *
 * @throws {Error} With the statement, when it does not hold.
 */
export function invariant(condition: unknown, statement: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${statement}`);
}
