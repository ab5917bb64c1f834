import type { ErrorCode } from './error-catalog.ts';

/**
 * An expected failure as a value: what a stage hands on instead of throwing.
 * `gateway/response/` is the one place where it becomes a GraphQL error.
 */
export interface Problem {
  readonly code: ErrorCode;
  /** For the reader: what was expected, what was given, what to do. */
  readonly message: string;
  /** Position in the client's answer; `@` stands for every element of a list. */
  readonly path?: readonly (string | number)[];
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  /** Name of the data product that the problem comes from. */
  readonly product?: string;
  /** What a data product said, word for word; whether clients may read it is decided in one place. */
  readonly original?: {
    readonly message: string;
    readonly extensions: Readonly<Record<string, unknown>>;
  };
  /** Further members of `extensions`; they leave the process, so nothing classified. */
  readonly details?: Readonly<Record<string, unknown>>;
}
