import type { Problem } from '../../../shared/errors/problem.ts';
import type { FieldSelection, Selection } from '../../operation/selection.ts';
import { isJsonObject } from '../json.ts';

/**
 * Leaves out the problems of fields that were selected for other objects only.
 *
 * Plans ask for a little more than each object's own selection: a field that is selected on
 * books is fetched for the films beside them too, where another field takes the same way.
 * Where that fails, nothing is missing from the answer. A problem of a field that was not
 * selected anywhere stays: it is an input of others, and what was made of it is in doubt.
 *
 * @param dataText The data as the client gets it, in JSON; read only where there are problems.
 * @see https://spec.graphql.org/September2025/#sec-Errors.Error-Result-Format
 */
export function withoutUnselected(
  problems: readonly Problem[],
  dataText: string,
  selections: readonly Selection[],
): readonly Problem[] {
  if (problems.length === 0) return problems;
  const data: unknown = JSON.parse(dataText);
  return problems.filter(({ path = [] }) => !isOfOthers(path, data, selections));
}

function isOfOthers(
  path: readonly (string | number)[],
  data: unknown,
  selections: readonly Selection[],
): boolean {
  let value = data;
  let selected = selections;
  for (const segment of path) {
    if (Array.isArray(value)) {
      value = value[segment as number];
      continue;
    }
    if (!isJsonObject(value)) return false;
    const fields = fieldsOf(selected, segment);
    if (!Object.hasOwn(value, segment)) return fields.length > 0;
    value = value[segment];
    selected = fields.flatMap((field) => field.selections ?? []);
  }
  return false;
}

function fieldsOf(
  selections: readonly Selection[],
  key: string | number,
): readonly FieldSelection[] {
  return selections.flatMap((selection) => {
    if (selection.kind === 'fragment') return fieldsOf(selection.selections, key);
    return selection.responseKey === key ? [selection] : [];
  });
}
