import type { FetchNode, PlanNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { Kind, parse, type SelectionSetNode } from 'graphql';

/** What a part of a plan reads of the data and what it adds, as paths of keys, lists and types left out. */
interface Facts {
  /** Read, and not added by the part itself before. */
  readonly needs: ReadonlySet<string>;
  readonly gives: ReadonlySet<string>;
}

/**
 * Orders the fetches of a plan so that each comes after those whose data it sends.
 *
 * Where several keys of a type overlap, the planner may put a fetch before another
 * one that loads its input. A part that needs what a later or a parallel part gives
 * is moved behind that; everything else stays where it is. Not for mutations, whose
 * order is the client's.
 */
export function orderFetches(plan: PlanNode): PlanNode {
  return new Ordering().place(plan, []);
}

/** Puts fetches that stand in no order into one: each as early as what it sends is there. */
export function arrangeFetches(nodes: readonly PlanNode[]): PlanNode {
  return new Ordering().arrange(nodes);
}

class Ordering {
  /** What is given before the part that is placed next. */
  readonly #given = new Set<string>();
  readonly #facts = new WeakMap<PlanNode, Facts>();

  arrange(nodes: readonly PlanNode[]): PlanNode {
    const layers: PlanNode[] = [];
    let pending = nodes;
    while (pending.length > 0) {
      const waiting = pending;
      const ready = waiting.filter((node) => !this.#isBlocked(node, waiting, []));
      const layer = ready.length === 0 ? waiting.slice(0, 1) : ready;
      pending = waiting.filter((node) => !layer.includes(node));
      const placed = layer.map((node) => this.place(node, []));
      const [only] = placed;
      layers.push(placed.length === 1 && only ? only : { kind: 'Parallel', nodes: placed });
    }
    return { kind: 'Sequence', nodes: layers };
  }

  place(node: PlanNode, path: readonly string[]): PlanNode {
    switch (node.kind) {
      case 'Fetch':
        for (const key of this.#factsOf(node, path).gives) this.#given.add(key);
        return node;
      case 'Flatten':
        return { ...node, node: this.place(node.node, extend(path, node.path)) };
      case 'Sequence':
        return { ...node, nodes: this.#placeSequence(node.nodes, path) };
      case 'Parallel':
        return this.#placeParallel(node.nodes, path);
      case 'Condition':
        return {
          ...node,
          ...(node.ifClause && { ifClause: this.place(node.ifClause, path) }),
          ...(node.elseClause && { elseClause: this.place(node.elseClause, path) }),
        };
      case 'Defer':
        return node;
    }
  }

  #placeSequence(nodes: readonly PlanNode[], path: readonly string[]): PlanNode[] {
    const placed: PlanNode[] = [];
    let pending = nodes;
    while (pending.length > 0) {
      const ready = pending.find((node) => !this.#isBlocked(node, pending, path)) ?? pending[0];
      if (ready === undefined) break;
      pending = pending.filter((node) => node !== ready);
      placed.push(this.place(ready, path));
    }
    return placed;
  }

  #placeParallel(nodes: readonly PlanNode[], path: readonly string[]): PlanNode {
    const blocked = nodes.filter((node) => this.#isBlocked(node, nodes, path));
    const ready = nodes.filter((node) => !blocked.includes(node));
    if (blocked.length === 0 || ready.length === 0) {
      return { kind: 'Parallel', nodes: nodes.map((node) => this.place(node, path)) };
    }
    const first = this.#placeParallel(ready, path);
    return { kind: 'Sequence', nodes: [first, this.#placeParallel(blocked, path)] };
  }

  /** Tells whether a part needs what is not given yet and what one of the others gives. */
  #isBlocked(node: PlanNode, others: readonly PlanNode[], path: readonly string[]): boolean {
    const missing = [...this.#factsOf(node, path).needs].filter((key) => !this.#given.has(key));
    return missing.some((key) =>
      others.some((other) => other !== node && this.#factsOf(other, path).gives.has(key)),
    );
  }

  #factsOf(node: PlanNode, path: readonly string[]): Facts {
    let facts = this.#facts.get(node);
    if (facts === undefined) {
      facts = this.#read(node, path);
      this.#facts.set(node, facts);
    }
    return facts;
  }

  #read(node: PlanNode, path: readonly string[]): Facts {
    switch (node.kind) {
      case 'Fetch':
        return readFetch(node, path);
      case 'Flatten':
        return this.#factsOf(node.node, extend(path, node.path));
      case 'Condition': {
        const clauses = [node.ifClause, node.elseClause].filter((clause) => clause !== undefined);
        return joinFacts(clauses.map((clause) => this.#factsOf(clause, path)));
      }
      case 'Sequence': {
        const given = new Set<string>();
        const parts = node.nodes.map((child) => {
          const { needs, gives } = this.#factsOf(child, path);
          const open = new Set([...needs].filter((key) => !given.has(key)));
          for (const key of gives) given.add(key);
          return { needs: open, gives };
        });
        return joinFacts(parts);
      }
      case 'Parallel':
        return joinFacts(node.nodes.map((child) => this.#factsOf(child, path)));
      case 'Defer':
        return joinFacts([]);
    }
  }
}

function joinFacts(parts: readonly Facts[]): Facts {
  return {
    needs: new Set(parts.flatMap(({ needs }) => [...needs])),
    gives: new Set(parts.flatMap(({ gives }) => [...gives])),
  };
}

function readFetch(node: FetchNode, path: readonly string[]): Facts {
  const needs = new Set<string>();
  const gives = new Set<string>();
  const [operation] = parse(node.operation, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return { needs, gives };
  const [root] = operation.selectionSet.selections;
  const isOfEntities = node.requires !== undefined && root?.kind === Kind.FIELD;
  const set = isOfEntities ? root.selectionSet : operation.selectionSet;
  if (set !== undefined) addGiven(set, path, renamesOf(node), gives);
  addNeeded(node.requires ?? [], path, needs);
  return { needs, gives };
}

function addGiven(
  set: SelectionSetNode,
  path: readonly string[],
  renames: ReadonlyMap<string, string>,
  gives: Set<string>,
): void {
  for (const node of set.selections) {
    if (node.kind === Kind.FRAGMENT_SPREAD) continue;
    if (node.kind === Kind.INLINE_FRAGMENT) {
      addGiven(node.selectionSet, path, renames, gives);
      continue;
    }
    const key = node.alias?.value ?? node.name.value;
    const below = [...path, renames.get(key) ?? key];
    gives.add(below.join('.'));
    if (node.selectionSet !== undefined) addGiven(node.selectionSet, below, renames, gives);
  }
}

function addNeeded(
  requires: readonly QueryPlanSelectionNode[],
  path: readonly string[],
  needs: Set<string>,
): void {
  for (const selection of requires) {
    if (selection.kind === 'InlineFragment') {
      addNeeded(selection.selections, path, needs);
    } else if (selection.name !== '__typename') {
      const below = [...path, selection.alias ?? selection.name];
      needs.add(below.join('.'));
      addNeeded(selection.selections ?? [], below, needs);
    }
  }
}

/** Names under which the data stands in the end, by the name in the fetch. */
function renamesOf(node: FetchNode): ReadonlyMap<string, string> {
  const renames = new Map<string, string>();
  for (const rewrite of node.outputRewrites ?? []) {
    const last = rewrite.path.at(-1);
    if (rewrite.kind === 'KeyRenamer' && last !== undefined) renames.set(last, rewrite.renameKeyTo);
  }
  return renames;
}

/** Leaves out of a Flatten path what stands for lists and types. */
function extend(path: readonly string[], elements: readonly (string | number)[]): string[] {
  const keys = elements
    .map((element) => String(element).replace(/\|\[[^\]]*\]$/, ''))
    .filter((key) => key !== '@' && key !== '');
  return [...path, ...keys];
}
