/**
 * The data behind a differential fixture: plain rows that refer to each other.
 *
 * Subgraphs and monolith answer from the same rows by the same rules, so the only
 * thing that can differ is what the gateway makes of it.
 *
 * @module
 */
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';

/** Arguments of a field, those from context included. */
export type Arguments = Readonly<Record<string, unknown>>;

/** Computes a field's value from its arguments and from what its `@requires` brought. */
export type Computed = (given: Arguments, required: Readonly<Record<string, unknown>>) => unknown;

/**
 * One object. A function computes the field; a field with arguments, `@requires`
 * or arguments from context that is not there answers with a digest of them.
 */
export type Row = Record<string, unknown>;

export interface World {
  readonly Query: Row;
  readonly Mutation?: Row;
  /** Every entity, each with its `__typename`. */
  readonly entities: readonly Row[];
}

export interface DifferentialFixture {
  readonly name: string;
  readonly subgraphs: readonly Omit<FixtureSubgraph, 'resolvers'>[];
  /** Called before every operation, because mutations write into the world. */
  readonly createWorld: () => World;
}

/** A field that always fails. */
export function failing(message: string): Computed {
  return () => {
    throw new Error(message);
  };
}

/** A row at one place of an answer. */
export class Place {
  readonly row: Row;
  readonly parent: Place | null;
  /** The representation that it was looked up by, in a subgraph. */
  readonly given: Row | null;

  constructor(row: Row, parent: Place | null, given: Row | null = null) {
    this.row = row;
    this.parent = parent;
    this.given = given;
  }
}

/** Puts the objects of a value in their places. */
export function place(value: unknown, parent: Place | null): unknown {
  if (Array.isArray(value)) return value.map((element) => place(element, parent));
  return typeof value === 'object' && value !== null ? new Place(value as Row, parent) : value;
}

/** Reads or computes one field. */
export function readRow(
  row: Row,
  field: string,
  given: Arguments,
  required: Readonly<Record<string, unknown>> | null,
): unknown {
  const value = row[field];
  if (typeof value === 'function') return (value as Computed)(given, required ?? {});
  if (value !== undefined) return value;
  if (required === null && Object.keys(given).length === 0) return null;
  return `${field} of ${row.id ?? '?'} ${toSortedJson(given)} ${toSortedJson(required)}`;
}

export function toSortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toSortedJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'missing';
  const members = Object.entries(value as Row)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${key}:${toSortedJson(member)}`);
  return `{${members.join(',')}}`;
}
