import type { FetchNode, PlanNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { expect, test } from 'vitest';
import { orderFetches } from '../../../../../gateway/planning/rewrite/order-fetches.ts';

const fetch = (operation: string, requires?: readonly QueryPlanSelectionNode[]): FetchNode => ({
  kind: 'Fetch',
  serviceName: 's',
  operation,
  operationName: undefined,
  operationKind: 'query' as FetchNode['operationKind'],
  ...(requires && { requires: [...requires] }),
});
const root = fetch('{ts{__typename id}}');
/** A fetch for the entities at `ts`, which needs fields and gives fields. */
const load = (needs: readonly string[], gives: string): PlanNode => {
  const selections = ['__typename', ...needs].map((name) => ({ kind: 'Field' as const, name }));
  const text = `query($r:[_Any!]!){_entities(representations:$r){...on T{${gives}}}}`;
  return {
    kind: 'Flatten',
    path: ['ts', '@|[T]'],
    node: fetch(text, [{ kind: 'InlineFragment', typeCondition: 'T', selections }]),
  };
};
const sequence = (...nodes: PlanNode[]): PlanNode => ({ kind: 'Sequence', nodes });
const parallel = (...nodes: PlanNode[]): PlanNode => ({ kind: 'Parallel', nodes });

test('a plan that is in order stays as it is', () => {
  const plan = sequence(root, load(['id'], 'a'), parallel(load(['a'], 'b'), load(['id'], 'c')));

  expect(orderFetches(plan)).toEqual(plan);
});

test('a fetch moves behind a later one that gives what it needs', () => {
  const late = load(['id'], 'a');
  const early = load(['id', 'a'], 'b');

  expect(orderFetches(sequence(root, early, late))).toEqual(sequence(root, late, early));
});

test('a fetch moves behind a parallel one that gives what it needs', () => {
  const given = sequence(load(['id'], 'x'), load(['x'], 'a'));
  const needing = sequence(load(['id'], 'y'), load(['y', 'a'], 'b'));

  expect(orderFetches(sequence(root, parallel(needing, given)))).toEqual(
    sequence(root, sequence(parallel(given), parallel(needing))),
  );
});

test('fetches that need each other, and what nobody gives, stay where they are', () => {
  const plan = sequence(root, parallel(load(['b'], 'a'), load(['a'], 'b')), load(['none'], 'c'));

  expect(orderFetches(plan)).toEqual(plan);
});

test('a name under which an answer is kept in the end counts, not that in the fetch', () => {
  const renaming = load(['id'], 'a__alias_0:a');
  if (renaming.kind !== 'Flatten' || renaming.node.kind !== 'Fetch') throw new Error();
  const late: PlanNode = {
    ...renaming,
    node: {
      ...renaming.node,
      outputRewrites: [{ kind: 'KeyRenamer', path: ['... on T', 'a__alias_0'], renameKeyTo: 'a' }],
    },
  };
  const early = load(['a'], 'b');

  expect(orderFetches(sequence(root, early, late))).toEqual(sequence(root, late, early));
});
