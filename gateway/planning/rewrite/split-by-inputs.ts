import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { SeparatedSupergraph } from './separate-inputs.ts';
import { keepUsedVariables } from './used-variables.ts';

/** An entity fetch as far as it depends on which of its fields are asked. */
export interface FetchPart {
  readonly document: DocumentNode;
  readonly requires: readonly QueryPlanSelectionNode[];
}

/** Fields that can be asked with one representation. */
interface Group {
  readonly fields: Set<FieldNode>;
  readonly inputs: Set<string>;
}

/**
 * Splits an entity fetch so that no part needs two values under one name.
 *
 * @returns The fetch itself where there is nothing to split.
 */
export function splitByInputs(
  fetch: FetchPart,
  { inputs, inputsOf }: Pick<SeparatedSupergraph, 'inputs' | 'inputsOf'>,
): readonly FetchPart[] {
  const rivals = new Map<string, Set<string>>();
  findRivals(fetch.requires, (name) => inputs.get(name)?.name, rivals);
  const entities = rivals.size === 0 ? undefined : findEntities(fetch.document);
  if (entities === undefined) return [fetch];
  const groups = groupFields(entities, rivals, inputsOf);
  if (groups.length === 0) return [fetch];
  return groups.map((group) => ({
    document: keepFields(fetch.document, entities, group.fields),
    requires: withoutInputs(fetch.requires, excludedFrom(group, rivals)),
  }));
}

/** Finds inputs that would stand under one name in one object, each with all the others. */
function findRivals(
  requires: readonly QueryPlanSelectionNode[],
  realName: (name: string) => string | undefined,
  rivals: Map<string, Set<string>>,
): void {
  const byName = new Map<string, Set<string>>();
  const below = new Map<string, QueryPlanSelectionNode[]>();
  const collect = (selections: readonly QueryPlanSelectionNode[]): void => {
    for (const selection of selections) {
      if (selection.kind === 'InlineFragment') {
        collect(selection.selections);
        continue;
      }
      const { name } = selection;
      const real = realName(name);
      if (real !== undefined) byName.set(real, (byName.get(real) ?? new Set()).add(name));
      below.set(name, [...(below.get(name) ?? []), ...(selection.selections ?? [])]);
    }
  };
  collect(requires);
  for (const same of byName.values()) {
    if (same.size < 2) continue;
    for (const one of same) {
      const others = rivals.get(one) ?? new Set();
      for (const other of same) if (other !== one) others.add(other);
      rivals.set(one, others);
    }
  }
  for (const selections of below.values()) findRivals(selections, realName, rivals);
}

/** The selections of `_entities`. */
function findEntities(document: DocumentNode): SelectionSetNode | undefined {
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  );
  const [field] = operation?.selectionSet.selections ?? [];
  return field?.kind === Kind.FIELD && field.name.value === '_entities'
    ? field.selectionSet
    : undefined;
}

/** Puts each field into the first group that has no rival of its inputs. */
function groupFields(
  entities: SelectionSetNode,
  rivals: ReadonlyMap<string, ReadonlySet<string>>,
  inputsOf: SeparatedSupergraph['inputsOf'],
): readonly Group[] {
  const groups: Group[] = [];
  for (const { node, types } of listFields(entities, [])) {
    const needed = neededInputs(node, types, inputsOf);
    let group = groups.find((one) => !hasRival(one, needed, rivals));
    if (group === undefined) {
      group = { fields: new Set(), inputs: new Set() };
      groups.push(group);
    }
    group.fields.add(node);
    for (const input of needed) group.inputs.add(input);
  }
  return groups;
}

interface EntityField {
  readonly node: FieldNode;
  /** Conditions that the field stands under, the nearest first. */
  readonly types: readonly string[];
}

/** The entities' own fields but for `__typename`, which any fetch may ask. */
function listFields(set: SelectionSetNode, types: readonly string[]): readonly EntityField[] {
  return set.selections.flatMap((node) => {
    if (node.kind === Kind.FRAGMENT_SPREAD) return [];
    if (node.kind === Kind.FIELD) return node.name.value === '__typename' ? [] : [{ node, types }];
    const type = node.typeCondition?.name.value;
    return listFields(node.selectionSet, type === undefined ? types : [type, ...types]);
  });
}

function neededInputs(
  node: FieldNode,
  types: readonly string[],
  inputsOf: SeparatedSupergraph['inputsOf'],
): ReadonlySet<string> {
  for (const type of types) {
    const inputs = inputsOf.get(`${type}.${node.name.value}`);
    if (inputs !== undefined) return inputs;
  }
  return new Set();
}

function hasRival(
  { inputs }: Group,
  needed: ReadonlySet<string>,
  rivals: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  return [...needed].some((input) => [...(rivals.get(input) ?? [])].some((one) => inputs.has(one)));
}

/** The inputs that a group must not send, so that those it needs stand alone under their names. */
function excludedFrom(
  group: Group,
  rivals: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<string> {
  const excluded = new Set<string>();
  const kept = [...rivals.keys()].toSorted(
    (one, other) => Number(group.inputs.has(other)) - Number(group.inputs.has(one)),
  );
  for (const input of kept) {
    if (excluded.has(input)) continue;
    for (const rival of rivals.get(input) ?? []) excluded.add(rival);
  }
  return excluded;
}

function withoutInputs(
  requires: readonly QueryPlanSelectionNode[],
  excluded: ReadonlySet<string>,
): QueryPlanSelectionNode[] {
  return requires.flatMap((selection): QueryPlanSelectionNode[] => {
    if (selection.kind === 'Field' && excluded.has(selection.name)) return [];
    if (selection.selections === undefined) return [selection];
    return [{ ...selection, selections: withoutInputs(selection.selections, excluded) }];
  });
}

/** Keeps of the entities' own fields those of one group, and what only these still use. */
function keepFields(
  document: DocumentNode,
  entities: SelectionSetNode,
  kept: ReadonlySet<FieldNode>,
): DocumentNode {
  const keep = (set: SelectionSetNode): SelectionSetNode | null => {
    const selections = set.selections.flatMap((node): SelectionNode[] => {
      if (node.kind === Kind.FIELD) {
        return kept.has(node) || node.name.value === '__typename' ? [node] : [];
      }
      if (node.kind === Kind.FRAGMENT_SPREAD) return [node];
      const selectionSet = keep(node.selectionSet);
      return selectionSet === null ? [] : [{ ...node, selectionSet }];
    });
    const asksForSomething = selections.some(
      (node) => node.kind !== Kind.FIELD || node.name.value !== '__typename',
    );
    return asksForSomething ? { ...set, selections } : null;
  };
  const selectionSet = keep(entities);
  const narrowed: DocumentNode = visit(document, {
    SelectionSet: (node) => (node === entities && selectionSet !== null ? selectionSet : undefined),
  });
  return keepUsedVariables(narrowed);
}
