/** What one response says of each part that was asked for; read when somebody wants it. */
export interface PartValues {
  /** Of memory, by an estimate. */
  readonly bytes: number;
  /** Told once before it is kept: from then on it may hold on to nothing that is larger than itself. */
  detach(): void;
  /**
   * @param index Of a part in the response.
   * @returns Never to be written into; the same each time.
   */
  at(index: number): unknown;
  /** The same as plain JSON, for other processes. */
  plainAt(index: number): unknown;
}

/** Makes values of what `plainAt` has given in another process; null for what it cannot have given. */
export type ReadPlain = (plain: readonly unknown[]) => PartValues | null;
