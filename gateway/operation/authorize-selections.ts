import { type GraphQLOutputType, isListType, isNonNullType, visit } from 'graphql';
import type { Effects } from '../policy/classification.ts';
import { isSatisfied, type Rights } from '../policy/requirement.ts';
import type { MarkedVariable, OperationMarks } from './operation-marks.ts';
import type { SelectionRequirements } from './operation-requirements.ts';
import type { Condition, Selection } from './selection.ts';

/** Why a selection is refused: for what it reads, or for what it gives in order to find or arrange it. */
export type RefusalCode = 'UNAUTHORIZED_FIELD_OR_TYPE' | 'CLASSIFIED_INPUT_REFUSED';

/** Where a caller may not look: one protected field or fragment of the operation. */
export interface DeniedPath {
  readonly code: RefusalCode;
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
  /** What governance rules do to what the operation touches; masks are the answer's business. */
  readonly effects: Effects;
  /** By these variables something can be given that the caller may not give; their values are looked at. */
  readonly guardedVariables: readonly MarkedVariable[];
}

/** What an operation touches: what its selections require, and what of it is tagged. */
export interface OperationSubject {
  readonly selections: readonly Selection[];
  readonly requirements: SelectionRequirements;
  readonly marks: OperationMarks;
}

/**
 * Takes out of an operation what the caller may not use.
 *
 * The decision depends on the operation, the truth of the requirements that it mentions and
 * the effects of governance rules, so it is made once per authorization shape.
 *
 * @param effects Of the operation's marks.
 */
export function authorizeSelections(
  { selections, requirements, marks }: OperationSubject,
  rights: Rights,
  effects: Effects,
): AuthorizedSelections {
  const denied = new Set<Selection>();
  const deniedPaths: DeniedPath[] = [];
  const isDenied = (coordinate: string) => effects.get(coordinate)?.kind === 'deny';

  const refusalOf = (selection: Selection): RefusalCode | null => {
    const required = requirements.get(selection) ?? [];
    const marked = marks.ofSelection.get(selection);
    if (
      !required.every((requirement) => isSatisfied(requirement, rights)) ||
      marked?.read.some(isDenied)
    )
      return 'UNAUTHORIZED_FIELD_OR_TYPE';
    return marked?.given.some(isDenied) ? 'CLASSIFIED_INPUT_REFUSED' : null;
  };

  const keep = (
    siblings: readonly Selection[],
    path: readonly string[],
    above: readonly Condition[],
  ): readonly Selection[] => {
    const kept: Selection[] = [];
    for (const selection of siblings) {
      const here = [...path, ...segmentsOf(selection)];
      const conditions = [...above, ...selection.conditions];
      const code = refusalOf(selection);
      if (code !== null) {
        denied.add(selection);
        deniedPaths.push({ code, path: withoutTrailingLists(here), conditions });
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

  const allowed = keep(selections, [], []);
  const used = variablesOf(allowed);
  return {
    allowed,
    denied,
    deniedPaths,
    effects,
    guardedVariables: marks.variables.filter(
      ({ name, reachable, ifAbsent }) =>
        used.has(name) && [...reachable, ...ifAbsent].some(isDenied),
    ),
  };
}

function variablesOf(selections: readonly Selection[]): ReadonlySet<string> {
  const names = new Set<string>();
  const collect = (selection: Selection): void => {
    for (const argument of selection.kind === 'field' ? (selection.node.arguments ?? []) : []) {
      visit(argument, { Variable: ({ name }) => void names.add(name.value) });
    }
    selection.selections?.forEach(collect);
  };
  selections.forEach(collect);
  return names;
}

/**
 * What a dry run makes of an operation: requirements refuse nothing and all that they would refuse is
 * listed. What governance rules refuse stays refused, because a dry run is no way to classified data.
 */
export function authorizeDryRun(
  subject: OperationSubject,
  rights: Rights,
  effects: Effects,
): AuthorizedSelections {
  const { deniedPaths } = authorizeSelections(subject, rights, effects);
  const enforced = authorizeSelections({ ...subject, requirements: new Map() }, rights, effects);
  const listed = new Set(deniedPaths.map(({ path }) => path.join('.')));
  const below = enforced.deniedPaths.filter(({ path }) => !listed.has(path.join('.')));
  return { ...enforced, deniedPaths: [...deniedPaths, ...below] };
}

/** What a selection adds to the path of those below it. */
export function segmentsOf(selection: Selection): readonly string[] {
  if (selection.kind === 'field') {
    return [selection.responseKey, ...Array<string>(listDepth(selection.type)).fill('@')];
  }
  return selection.typeCondition === null ? [] : [`... on ${selection.typeCondition.name}`];
}

/** A refused list is refused as a whole: its own path does not enter it. */
export function withoutTrailingLists(path: readonly string[]): readonly string[] {
  return path.slice(0, path.findLastIndex((segment) => segment !== '@') + 1);
}

function listDepth(type: GraphQLOutputType): number {
  if (isNonNullType(type)) return listDepth(type.ofType);
  return isListType(type) ? 1 + listDepth(type.ofType) : 0;
}
