import { ERROR_CATALOG } from '../../shared/errors/error-catalog.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import type { AuthorizedSelections } from '../operation/authorize-selections.ts';
import { visitValue } from '../operation/given-coordinates.ts';
import type { JsonObject } from './json.ts';

/**
 * Looks for what the caller may not give in the values of variables.
 *
 * What stands in the document was decided when it was prepared; only variables by which such a
 * thing can be given are looked at here, so most operations pay nothing.
 *
 * @param variables Coerced, with the defaults of the schema.
 * @returns The first that is found, null when there is none.
 */
export function findGuardedInput(
  { guardedVariables, effects }: AuthorizedSelections,
  variables: Readonly<JsonObject>,
): Problem | null {
  for (const { name, type, ifAbsent } of guardedVariables) {
    const value = variables[name];
    const given: string[] = [];
    if (value === undefined) given.push(...ifAbsent);
    else visitValue(type, value, (coordinate) => given.push(coordinate));
    const refused = given.find((coordinate) => effects.get(coordinate)?.kind === 'deny');
    if (refused !== undefined) {
      return {
        code: 'CLASSIFIED_INPUT_REFUSED',
        message: `${ERROR_CATALOG.CLASSIFIED_INPUT_REFUSED.summary} The variable $${name} gives ${refused}; leave that out.`,
      };
    }
  }
  return null;
}
