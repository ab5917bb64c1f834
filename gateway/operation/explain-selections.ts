import { getVariableValues } from 'graphql';
import {
  type AccessReason,
  findMaskReasons,
  findRefusalReasons,
} from '../policy/access-reasons.ts';
import type { Rights } from '../policy/requirement.ts';
import {
  type AuthorizedSelections,
  segmentsOf,
  withoutTrailingLists,
} from './authorize-selections.ts';
import type { PreparedOperation } from './prepare-operation.ts';
import { isIncluded, type Selection } from './selection.ts';

/** Why a caller does not see what stands at one path of an answer, or not as it is. */
export interface ExplainedPath {
  /** As in the error that a refusal gives. */
  readonly path: readonly string[];
  /** The field, or the type of a fragment; null for a fragment without one. */
  readonly coordinate: string | null;
  readonly effect: 'denied' | 'masked';
  readonly reasons: readonly AccessReason[];
}

/** Paths that are explained of one operation. */
const PATHS_EXPLAINED = 500;

/**
 * Explains what was refused and masked of an operation, in the order of its selections, at most 500
 * paths. What is below a refused selection is not looked at, nor what a condition leaves out.
 *
 * @param variables As they were sent.
 */
export function explainSelections(
  { parsed, authorized, snapshot, decided }: PreparedOperation,
  variables: Readonly<Record<string, unknown>> | null,
): readonly ExplainedPath[] {
  const definitions = parsed.definition.variableDefinitions ?? [];
  const { coerced } = getVariableValues(snapshot.schema, definitions, { ...variables });
  // What cannot be run is not explained.
  if (coerced === undefined) return [];
  const explained: ExplainedPath[] = [];
  const visit = (selections: readonly Selection[], above: readonly string[]): void => {
    for (const selection of selections) {
      if (explained.length >= PATHS_EXPLAINED) return;
      if (!isIncluded(selection.conditions, coerced)) continue;
      const here = [...above, ...segmentsOf(selection)];
      const at = { path: withoutTrailingLists(here), coordinate: coordinateOf(selection) };
      if (authorized.denied.has(selection)) {
        const reasons = reasonsOfRefusal(selection, parsed, authorized, decided);
        explained.push({ ...at, effect: 'denied', reasons });
        continue;
      }
      const masks = findMaskReasons(
        valuesOf(selection, (type) => snapshot.lattice.possibleTypes(type)),
        authorized.effects,
      );
      if (masks.length > 0) explained.push({ ...at, effect: 'masked', reasons: masks });
      visit(selection.selections ?? [], here);
    }
  };
  visit(parsed.selections, []);
  return explained;
}

function reasonsOfRefusal(
  selection: Selection,
  { requirements, marks }: PreparedOperation['parsed'],
  { effects }: AuthorizedSelections,
  rights: Rights,
): readonly AccessReason[] {
  const { read, given } = marks.ofSelection.get(selection) ?? { read: [], given: [] };
  return findRefusalReasons(
    requirements.get(selection) ?? [],
    [...read, ...given],
    rights,
    effects,
  );
}

function coordinateOf(selection: Selection): string | null {
  return selection.kind === 'field'
    ? `${selection.parentType.name}.${selection.name}`
    : (selection.typeCondition?.name ?? null);
}

/** Where the values of a field stand, by the types that its parent can be. */
function valuesOf(
  selection: Selection,
  possibleTypes: (type: string) => readonly string[],
): readonly string[] {
  if (selection.kind === 'fragment') return [];
  return possibleTypes(selection.parentType.name).map((type) => `${type}.${selection.name}`);
}
