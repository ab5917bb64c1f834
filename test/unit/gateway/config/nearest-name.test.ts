import { expect, test } from 'vitest';

import { nearestName } from '../../../../gateway/config/nearest-name.ts';

test.each([
  ['subgraphTimoutMs', 'subgraphTimeoutMs'],
  ['SUBGRAPHTIMEOUTMS', 'subgraphTimeoutMs'],
  ['prt', 'port'],
  ['hots', null],
  ['', null],
  ['completelyDifferent', null],
])('takes %j for %j', (given, meant) => {
  expect(nearestName(given, ['port', 'host', 'subgraphTimeoutMs', 'subgraphTokenSeconds'])).toBe(
    meant,
  );
});

test('prefers the name with fewer edits', () => {
  expect(nearestName('document', ['documents1', 'documents'])).toBe('documents');
});
