import {
  type GraphQLCompositeType,
  type GraphQLOutputType,
  getNamedType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import type { Requirement } from '../policy/requirement.ts';
import type { RequirementIndex } from '../supergraph/requirement-index.ts';
import type { TypeLattice } from '../supergraph/type-lattice.ts';
import type { FieldSelection, Selection } from './selection.ts';

/** What each selection of an operation requires; a selection that is absent requires nothing. */
export type SelectionRequirements = ReadonlyMap<Selection, readonly Requirement[]>;

/**
 * Looks up what every selection of an operation requires.
 *
 * A field requires what its coordinate says and what its named return type says.
 * On an interface it requires what every implementer says of that field, of what
 * it returns there and of itself, because any of them may stand there. A field that returns an interface
 * and selects fields of it directly requires what every implementer type says.
 * A fragment requires what its type condition says, and everything at the root
 * what the operation's root type says.
 *
 * Asking the implementer types too where a field is selected on an interface
 * closes a way around them: `node { ... on Node { id } }` selects nothing
 * directly, and yet reads every type that implements `Node`.
 */
export function collectSelectionRequirements(
  rootType: string,
  selections: readonly Selection[],
  index: RequirementIndex,
  lattice: TypeLattice,
): SelectionRequirements {
  const requirements = new Map<Selection, readonly Requirement[]>();
  const visit = (selection: Selection, above: readonly Requirement[]): void => {
    const own =
      selection.kind === 'field'
        ? ofFieldSelection(selection, index, lattice)
        : requirementsOfTypes(
            selection.typeCondition === null ? [] : [selection.typeCondition.name],
            index,
          );
    const found = [...above, ...own];
    if (found.length > 0) requirements.set(selection, found);
    for (const below of selection.selections ?? []) visit(below, []);
  };
  for (const selection of selections) visit(selection, requirementsOfTypes([rootType], index));
  return requirements;
}

function ofFieldSelection(
  field: FieldSelection,
  index: RequirementIndex,
  lattice: TypeLattice,
): readonly Requirement[] {
  if (field.name.startsWith('__')) return [];
  const { parentType, name, type } = field;
  const own = requirementsOfField(parentType, name, type, index, lattice);
  const returned = getNamedType(type);
  if (!isInterfaceType(returned) || !selectsDirectly(field.selections ?? [])) return own;
  return [...own, ...requirementsOfTypes(lattice.possibleTypes(returned.name), index)];
}

/** What a field requires, whatever is selected of it. */
export function requirementsOfField(
  parentType: GraphQLCompositeType,
  name: string,
  type: GraphQLOutputType,
  index: RequirementIndex,
  lattice: TypeLattice,
): readonly Requirement[] {
  return [
    ...requirementsOfTypes([getNamedType(type).name], index),
    ...ofCoordinates(parentType, name, index, lattice),
  ];
}

function ofCoordinates(
  parentType: GraphQLCompositeType,
  name: string,
  index: RequirementIndex,
  lattice: TypeLattice,
): readonly Requirement[] {
  const own = index.ofField.get(`${parentType.name}.${name}`);
  const found = own === undefined ? [] : [own];
  if (isObjectType(parentType)) return found;
  const implementers = lattice.possibleTypes(parentType.name);
  const theirs = implementers.map((type) => index.ofField.get(`${type}.${name}`));
  const returned = index.narrowed.get(`${parentType.name}.${name}`) ?? [];
  return [
    ...found,
    ...theirs.filter(isPresent),
    ...requirementsOfTypes([...implementers, ...returned], index),
  ];
}

/** What types require by themselves. */
export function requirementsOfTypes(
  names: readonly string[],
  index: RequirementIndex,
): readonly Requirement[] {
  return names.map((name) => index.ofType.get(name)).filter(isPresent);
}

function isPresent(requirement: Requirement | undefined): requirement is Requirement {
  return requirement !== undefined;
}

function selectsDirectly(selections: readonly Selection[]): boolean {
  return selections.some(
    (selection) => selection.kind === 'field' && selection.name !== '__typename',
  );
}
