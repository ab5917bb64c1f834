import type { PartValues } from '../../cache/parts/part-values.ts';
import type { Lifetime } from '../../cache/read-lifetime.ts';
import type { RepresentationList } from './representation-list.ts';
import type { FailedAnswer, GivingUp, SubgraphError } from './subgraph-answer.ts';

/** One request's wish for entities. */
export interface EntityLoad {
  readonly subgraph: string;
  /** `{"query":"…"`, the beginning of the request body. */
  readonly bodyStart: string;
  /** Members of the JSON object `variables` besides the representations; may be empty. */
  readonly variables: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly representations: RepresentationList;
  /** Whether the entities are only read: who writes into them is given copies. */
  readonly onlyReads: boolean;
  /** Where in the answer the entities go, with `@` for a list. */
  readonly path?: readonly string[];
}

/** Entities in the order of the representations, and errors with the index each belongs to. */
export type EntityAnswer =
  | {
      readonly ok: true;
      /** Null when the product answered without a list of the right length. */
      readonly entities: readonly unknown[] | null;
      readonly errors: readonly { readonly index: number | null; readonly error: SubgraphError }[];
      /** The response that they are in; absent where it may not be kept. */
      readonly source?: EntitySource | undefined;
    }
  | FailedAnswer;

/** Where entities come from. */
export interface EntitySource {
  readonly values: PartValues;
  /** Where each of them stands in the response; null where they are its first ones, in order. */
  readonly indexes: readonly number[] | null;
}

export interface RunningLoad {
  readonly answer: Promise<EntityAnswer>;
  /** What the headers of the response say of keeping it, once `answer` is there; absent for nothing. */
  readonly lifetime?: Lifetime | undefined;
  /** Leaves the load; the call itself ends when everybody has left. */
  abort(why: GivingUp): void;
}
