/** What GraphiQL hands to its fetcher. */
interface FetcherParameters {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: unknown;
}

/**
 * The parameters to send, without an operation name that the document does not hold.
 *
 * GraphiQL learns the name with a delay, so for a moment after a change of tab it still
 * names the operation of the tab that was left.
 */
export function toRequestParameters({ query, operationName, variables }: FetcherParameters) {
  const names = [...query.matchAll(/\b(?:query|mutation|subscription)\s+(\w+)/g)].map(
    ([, name]) => name,
  );
  return {
    query,
    variables,
    ...(operationName && names.includes(operationName) ? { operationName } : {}),
  };
}
