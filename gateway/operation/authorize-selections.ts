import { type GraphQLOutputType, isListType, isNonNullType } from 'graphql';
import { isSatisfied, type Rights } from '../policy/requirement.ts';
import type { SelectionRequirements } from './operation-requirements.ts';
import type { Condition, Selection } from './selection.ts';

/** Where a caller may not look: one protected field or fragment of the operation. */
export interface DeniedPath {
  /** Response keys from the root, `@` for a list, `... on Type` for a fragment. */
  readonly path: readonly string[];
  /** Every condition on the way; where one does not hold, nothing was asked and nothing is denied. */
  readonly conditions: readonly Condition[];
}

export interface AuthorizedSelections {
  /** What may be planned; a selection left without children is left out itself. */
  readonly allowed: readonly Selection[];
  /** Selections that were refused, by identity; all below them is refused with them. */
  readonly denied: ReadonlySet<Selection>;
  readonly deniedPaths: readonly DeniedPath[];
}

/**
 * Takes out of an operation what the caller may not use.
 *
 * The decision depends on the operation and the truth of the requirements that
 * it mentions, so it is made once per authorization shape.
 */
export function authorizeSelections(
  selections: readonly Selection[],
  requirements: SelectionRequirements,
  rights: Rights,
): AuthorizedSelections {
  const denied = new Set<Selection>();
  const deniedPaths: DeniedPath[] = [];

  const keep = (
    siblings: readonly Selection[],
    path: readonly string[],
    above: readonly Condition[],
  ): readonly Selection[] => {
    const kept: Selection[] = [];
    for (const selection of siblings) {
      const here = [...path, ...segmentsOf(selection)];
      const conditions = [...above, ...selection.conditions];
      const required = requirements.get(selection) ?? [];
      if (!required.every((requirement) => isSatisfied(requirement, rights))) {
        denied.add(selection);
        deniedPaths.push({ path: here.filter((_, i) => !isTrailingList(here, i)), conditions });
        continue;
      }
      if (selection.selections === null) {
        kept.push(selection);
        continue;
      }
      const below = keep(selection.selections, here, conditions);
      // A literal condition may have emptied it before; it is asked for all the same.
      if (below.length > 0 || selection.selections.length === 0)
        kept.push({ ...selection, selections: below });
    }
    return kept;
  };

  return { allowed: keep(selections, [], []), denied, deniedPaths };
}

/** The same decision without effect: all selections are allowed, and what would be denied is still known. */
export function toDryRun(
  selections: readonly Selection[],
  { deniedPaths }: AuthorizedSelections,
): AuthorizedSelections {
  return { allowed: selections, denied: new Set(), deniedPaths };
}

function segmentsOf(selection: Selection): readonly string[] {
  if (selection.kind === 'field') {
    return [selection.responseKey, ...Array<string>(listDepth(selection.type)).fill('@')];
  }
  return selection.typeCondition === null ? [] : [`... on ${selection.typeCondition.name}`];
}

/** A refused list is refused as a whole: its own path does not enter it. */
function isTrailingList(path: readonly string[], index: number): boolean {
  return path.slice(index).every((segment) => segment === '@');
}

function listDepth(type: GraphQLOutputType): number {
  if (isNonNullType(type)) return listDepth(type.ofType);
  return isListType(type) ? 1 + listDepth(type.ofType) : 0;
}
