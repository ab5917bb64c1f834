import { expect, test } from 'vitest';
import { TextTree } from '../../../../../gateway/execution/plan/text-tree.ts';

const ID = [{ key: 'id', constant: null }];

const fill = (tree: TextTree, count: number, toId: (index: number) => unknown = String) => {
  for (let index = 0; index < count; index += 1) tree.find(ID, { id: toId(index) });
};

test('finds what was remembered under the same values, and nothing under others', () => {
  const tree = new TextTree();
  const fields = [...ID, { key: 'kind', constant: '"K"' }, { key: 'name', constant: null }];
  const node = tree.find(fields, { id: 1, kind: 'a', name: null });
  if (node !== null) node.text = 'text';

  expect(tree.find(fields, { id: 1, kind: 'b', name: null })?.text).toBe('text');
  expect(tree.find(fields, { id: '1', kind: 'a', name: null })?.text).toBeNull();
  expect(tree.find(fields, { id: 1, kind: 'a' })).toBeNull();
  expect(tree.find(fields, { id: {}, kind: 'a', name: null })).toBeNull();
});

test('a run of new values starts a tree over', () => {
  const tree = new TextTree();
  const before = TextTree.sharedWeight;
  const first = tree.find(ID, { id: 'first' });

  fill(tree, 9_000);
  expect(tree.find(ID, { id: 'first' })).toBe(first);
  fill(tree, 20_000);

  expect(tree.find(ID, { id: 'first' })).not.toBe(first);
  expect(TextTree.sharedWeight - before).toBeLessThanOrEqual(10_001);
});

test('all trees together stay within one bound, long values counted by their length', () => {
  const trees = Array.from({ length: 50 }, () => new TextTree());
  let heaviest = 0;

  for (const tree of trees) {
    fill(tree, 500, (index) => `${index}${'x'.repeat(2000)}`);
    heaviest = Math.max(heaviest, TextTree.sharedWeight);
  }

  expect(heaviest).toBeGreaterThan(100_000);
  expect(heaviest).toBeLessThanOrEqual(200_000);
});
