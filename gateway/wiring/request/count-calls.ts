import type { GraphQLSchema } from 'graphql';
import { typeOfRepresentation } from '../../cache/parts/type-of-representation.ts';

/** A call that was made. */
export interface MadeCall {
  readonly product: string;
  /** The first entity that it asked for, as JSON; undefined for a call from the root. */
  readonly representation: string | undefined;
}

/** How many calls an answer was made of that asked a product for one type. */
export interface CallsOfType {
  readonly product: string;
  /** That of the first entity; the query type for calls from the root. */
  readonly type: string;
  readonly count: number;
}

/** Counts the calls of a query by product and type, in the order in which they were made. */
export function countCalls(
  calls: readonly MadeCall[],
  schema: GraphQLSchema,
): readonly CallsOfType[] {
  const queryType = schema.getQueryType()?.name ?? 'Query';
  const counts = new Map<string, CallsOfType>();
  for (const { product, representation } of calls) {
    const type = representation === undefined ? queryType : typeOfRepresentation(representation);
    const key = `${product}\n${type}`;
    counts.set(key, { product, type, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}
