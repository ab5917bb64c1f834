/** The tags of one element of the schema; each list sorted, without repetition. */
export interface ElementTags {
  /** Those of the element and, of a value, those of the type it stands on and of its scalar or enum. */
  readonly own: readonly string[];
  /** Those of the fields that it is computed from, by `@requires` or `@fromContext`, however far away. */
  readonly derived: readonly string[];
}

/**
 * What data products say of the elements of their schemas, by coordinate: `Type`, `Type.field`,
 * `Type.field(argument:)`, `Input.field` and `Enum.VALUE`. An element without tags is absent.
 *
 * @see https://specs.apollo.dev/tag/v0.3/
 */
export type TagIndex = ReadonlyMap<string, ElementTags>;
