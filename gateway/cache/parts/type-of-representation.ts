/** The type of the entity that a representation asks for, given as JSON; empty where that does not say. */
export function typeOfRepresentation(text: string): string {
  const { __typename: type } = JSON.parse(text) as { readonly __typename?: unknown };
  return typeof type === 'string' ? type : '';
}
