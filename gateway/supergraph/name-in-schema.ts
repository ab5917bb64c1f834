import type { Schema } from '@apollo/federation-internals';

const SPECIFICATIONS = 'https://specs.apollo.dev';

/**
 * Finds how a supergraph calls a directive of one of Apollo's specifications: `@link` may rename it.
 *
 * @param directive Its name in the specification, where that is not the specification's own name.
 * @returns Undefined when the supergraph does not use the specification.
 */
export function nameInSchema(
  schema: Schema,
  specification: string,
  directive: string = specification,
): string | undefined {
  return schema.coreFeatures
    ?.getByIdentity(`${SPECIFICATIONS}/${specification}`)
    ?.directiveNameInSchema(directive);
}
