/**
 * Fields that are asked before what they require is there.
 *
 * Where `premium` requires `code`, `code` requires `secret`, and the way to the entity begins in the
 * subgraph of `code`, the planner asks for `code` at once and loads `secret` afterwards, for nobody.
 * The subgraph computes `code` from nothing, and no error tells. So such a field is taken out of
 * its fetch, and asked for in a fetch of its own, with a representation that holds its inputs;
 * the fetches are then put in the order of what they send and bring.
 *
 * @module
 */
import type { FetchNode, PlanNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type DirectiveNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  type TypeNode,
} from 'graphql';
import type { InputFacts, KnownField } from './input-facts.ts';
import { TYPE_NAME } from './type-name.ts';
import { keepUsedVariables, usedVariables } from './used-variables.ts';

/** Where a selection set stands. */
interface Standing {
  readonly type: string;
  /** In the data of the plan, as the planner writes it. */
  readonly path: readonly string[];
  /** Conditions of the fragments around it. */
  readonly directives: readonly DirectiveNode[];
  /** What is sent for the entities whose own fields these are; null below them. */
  readonly requires: readonly QueryPlanSelectionNode[] | null;
}

/** What has to be sent to get a field. */
interface Sent {
  readonly key: readonly SelectionNode[];
  readonly inputs: readonly SelectionNode[];
}

/** A field that was taken out. */
interface Postponed {
  readonly standing: Standing;
  readonly field: FieldNode;
  readonly sent: Sent;
}

/**
 * Takes the fields that come too early out of a plan.
 *
 * @returns The fetches in any order, those of the postponed fields among them; null when no field
 *   comes too early, or the plan has conditions inside, which are not looked into.
 */
export function postponeFields(plan: PlanNode, facts: InputFacts): readonly PlanNode[] | null {
  const fetches = listFetches(plan);
  if (fetches === null) return null;
  let found = false;
  const nodes = fetches.flatMap(({ path, node }): PlanNode[] => {
    const reading = new FetchReading(node, path, facts);
    if (reading.postponed.length > 0) found = true;
    return [reading.toNode(), ...reading.postponed.map((one) => reading.toFetch(one))];
  });
  return found ? nodes : null;
}

function listFetches(
  plan: PlanNode,
  path: readonly string[] = [],
): readonly { readonly path: readonly string[]; readonly node: FetchNode }[] | null {
  switch (plan.kind) {
    case 'Fetch':
      return [{ path, node: plan }];
    case 'Flatten':
      return listFetches(plan.node, [...path, ...plan.path.map(String)]);
    case 'Sequence':
    case 'Parallel': {
      const parts = plan.nodes.map((node) => listFetches(node, path));
      return parts.some((part) => part === null) ? null : parts.flatMap((part) => part ?? []);
    }
    default:
      return null;
  }
}

/** One fetch, without the fields that come too early. */
class FetchReading {
  readonly postponed: Postponed[] = [];
  readonly #node: FetchNode;
  readonly #path: readonly string[];
  readonly #facts: InputFacts;
  readonly #operation: OperationDefinitionNode;

  constructor(node: FetchNode, path: readonly string[], facts: InputFacts) {
    this.#node = node;
    this.#path = path;
    this.#facts = facts;
    const [operation] = parse(node.operation, { noLocation: true }).definitions;
    this.#operation = this.#read(operation as OperationDefinitionNode);
  }

  /** The fetch as far as it does not come too early. */
  toNode(): PlanNode {
    const operation = stripIgnoredCharacters(print(this.#operation));
    const node = this.postponed.length === 0 ? this.#node : this.#withOperation(operation);
    return this.#path.length === 0 ? node : { kind: 'Flatten', path: [...this.#path], node };
  }

  /** A fetch of its own for one field. */
  toFetch({ standing, field, sent }: Postponed): PlanNode {
    const { type, path, directives } = standing;
    const typeCondition = { kind: Kind.NAMED_TYPE, name: nameOf(type) } as const;
    const selectionSet = { kind: Kind.SELECTION_SET, selections: [field] } as const;
    const fragment = {
      kind: Kind.INLINE_FRAGMENT,
      typeCondition,
      directives,
      selectionSet,
    } as const;
    const operation = parse(ENTITIES, { noLocation: true })
      .definitions[0] as OperationDefinitionNode;
    const [entities] = operation.selectionSet.selections as [FieldNode];
    const asked = { ...entities, selectionSet: { ...selectionSet, selections: [fragment] } };
    const own = operation.variableDefinitions ?? [];
    const others = (this.#operation.variableDefinitions ?? []).filter(
      ({ variable }) => variable.name.value !== 'representations',
    );
    const document = keepUsedVariables({
      kind: Kind.DOCUMENT,
      definitions: [
        {
          ...operation,
          variableDefinitions: [...own, ...others],
          selectionSet: { ...selectionSet, selections: [asked] },
        },
      ],
    });
    const selections = toRequires(mergeMissing([TYPE_NAME, ...sent.key], sent.inputs));
    const node: FetchNode = {
      ...{
        kind: 'Fetch',
        serviceName: this.#node.serviceName,
        operationKind: this.#node.operationKind,
      },
      requires: [{ kind: 'InlineFragment', typeCondition: type, selections }],
      variableUsages: usedVariables(document),
      operation: stripIgnoredCharacters(print(document)),
      operationName: undefined,
    };
    return { kind: 'Flatten', path: [...path], node };
  }

  #withOperation(operation: string): FetchNode {
    const document = keepUsedVariables(parse(operation, { noLocation: true }));
    return {
      ...this.#node,
      operation: stripIgnoredCharacters(print(document)),
      variableUsages: usedVariables(document),
    };
  }

  #read(operation: OperationDefinitionNode): OperationDefinitionNode {
    const [root] = operation.selectionSet.selections;
    const { requires } = this.#node;
    if (requires === undefined || root?.kind !== Kind.FIELD || root.selectionSet === undefined) {
      const standing = this.#standingOf(this.#facts.queryType, null);
      return { ...operation, selectionSet: this.#readSet(operation.selectionSet, standing) };
    }
    const standing = this.#standingOf('_Entity', requires);
    const entities = { ...root, selectionSet: this.#readSet(root.selectionSet, standing) };
    return { ...operation, selectionSet: { ...operation.selectionSet, selections: [entities] } };
  }

  #readSet(set: SelectionSetNode, standing: Standing): SelectionSetNode {
    const fields = this.#facts.fields.get(standing.type);
    const added: SelectionNode[] = [];
    const kept = set.selections.flatMap((node): SelectionNode[] => {
      if (node.kind === Kind.FRAGMENT_SPREAD) return [node];
      if (node.kind === Kind.INLINE_FRAGMENT) {
        const type = node.typeCondition?.name.value ?? standing.type;
        const directives = [...standing.directives, ...(node.directives ?? [])];
        const selectionSet = this.#readSet(node.selectionSet, { ...standing, type, directives });
        return [{ ...node, selectionSet }];
      }
      const known = fields?.get(node.name.value);
      if (known === undefined) return [node];
      const sent = this.#missingInputs(known, set, standing);
      if (sent === null) return [this.#readField(node, known, standing)];
      this.postponed.push({ standing, field: node, sent });
      added.push(TYPE_NAME, ...sent.key);
      return [];
    });
    return { ...set, selections: mergeMissing(kept, added) };
  }

  #readField(node: FieldNode, { type }: KnownField, { path }: Standing): FieldNode {
    if (node.selectionSet === undefined) return node;
    const key = (node.alias ?? node.name).value;
    const standing = {
      type: namedType(type),
      path: [...path, key, ...Array<string>(listDepth(type)).fill('@')],
      directives: [],
      requires: null,
    };
    return { ...node, selectionSet: this.#readSet(node.selectionSet, standing) };
  }

  #standingOf(type: string, requires: Standing['requires']): Standing {
    return { type, path: this.#path, directives: [], requires };
  }

  /** Null where nothing is missing, or where there is no way to send it. */
  #missingInputs(
    known: KnownField,
    set: SelectionSetNode,
    { type, requires }: Standing,
  ): Sent | null {
    const { serviceName } = this.#node;
    const inputs = known.requires.get(serviceName);
    if (inputs === undefined) return null;
    const there = requires === null ? namesIn(set.selections) : namesSent(requires, type);
    const areThere = [...namesIn(inputs.selections)].every((name) => there.has(name));
    const key = this.#facts.keys.get(type)?.get(serviceName);
    if (areThere || key === undefined) return null;
    return { key: key.selections, inputs: inputs.selections };
  }
}

const ENTITIES =
  'query($representations:[_Any!]!){_entities(representations:$representations){__typename}}';

const nameOf = (value: string) => ({ kind: Kind.NAME, value }) as const;

function namesIn(selections: readonly SelectionNode[]): ReadonlySet<string> {
  const names = selections.flatMap((node) => {
    if (node.kind === Kind.FIELD) return [node.name.value];
    return node.kind === Kind.INLINE_FRAGMENT ? [...namesIn(node.selectionSet.selections)] : [];
  });
  return new Set(names);
}

function namesSent(requires: readonly QueryPlanSelectionNode[], type: string): ReadonlySet<string> {
  const names = requires.flatMap((selection): string[] => {
    if (selection.kind === 'Field') return [selection.name];
    const { typeCondition, selections } = selection;
    return typeCondition === undefined || typeCondition === type
      ? [...namesSent(selections, type)]
      : [];
  });
  return new Set(names);
}

/** Adds what is not there yet. */
function mergeMissing(
  selections: readonly SelectionNode[],
  added: readonly SelectionNode[],
): readonly SelectionNode[] {
  const texts = new Set(selections.map((node) => print(node)));
  const missing = added.filter((node) => !texts.has(print(node)));
  return [...selections, ...missing.filter((node, index) => missing.indexOf(node) === index)];
}

function toRequires(selections: readonly SelectionNode[]): QueryPlanSelectionNode[] {
  return selections.flatMap((node): QueryPlanSelectionNode[] => {
    if (node.kind === Kind.FRAGMENT_SPREAD) return [];
    if (node.kind === Kind.INLINE_FRAGMENT) {
      const typeCondition = node.typeCondition?.name.value;
      return [
        {
          kind: 'InlineFragment',
          ...(typeCondition === undefined ? {} : { typeCondition }),
          selections: toRequires(node.selectionSet.selections),
        },
      ];
    }
    const { name, selectionSet } = node;
    const below = selectionSet && { selections: toRequires(selectionSet.selections) };
    return [{ kind: 'Field', name: name.value, ...below }];
  });
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function listDepth(type: TypeNode): number {
  if (type.kind === Kind.NON_NULL_TYPE) return listDepth(type.type);
  return type.kind === Kind.LIST_TYPE ? 1 + listDepth(type.type) : 0;
}
