import { expect, test } from 'vitest';

import { parseProductDescriptor } from '../../../../shared/contract/product-descriptor.ts';
import { minimalDescriptor } from '../../../support/descriptor-texts.ts';

function problemsOf(text: string) {
  const parsed = parseProductDescriptor(text);
  return parsed.ok ? [] : parsed.problems;
}

test('reads a descriptor and fills lists that are absent', () => {
  const parsed = parseProductDescriptor(minimalDescriptor);

  expect(parsed).toMatchObject({
    ok: true,
    value: { id: 'urn:dataproduct:sales:orders', tags: [], managementPorts: [] },
  });
});

test('names an unknown field at the top with its line and the place for extensions', () => {
  expect(problemsOf(`${minimalDescriptor}tier: gold\n`)).toEqual([
    {
      path: 'tier',
      expected: 'no field of this name; extensions go under customProperties',
      given: '"gold"',
      line: 31,
    },
  ]);
});

test.each([
  ['version: 1.0.0\nstatus', 'version: 1.0\nstatus', 'version', '1'],
  ['status: active', 'status: live', 'status', '"live"'],
  ['kind: DataProduct', 'kind: Product', 'kind', '"Product"'],
  ['apiVersion: v1.0.0', 'apiVersion: v1.1.0', 'apiVersion', '"v1.1.0"'],
  ['type: graphql', 'type: soap', 'outputPorts[0].type', '"soap"'],
  ['domain: sales', 'domain: The Sales', 'domain', '"The Sales"'],
  ['role: owner', 'role: boss', 'team.members[0].role', '"boss"'],
  [
    '- property: subgraph',
    '- property: Sub Graph',
    'outputPorts[0].customProperties[0].property',
    '"Sub Graph"',
  ],
])('refuses %j written as %j', (right, wrong, path, given) => {
  expect(problemsOf(minimalDescriptor.replace(right, wrong))).toContainEqual(
    expect.objectContaining({ path, given, expected: expect.any(String) }),
  );
});

test('wants an owner and a steward', () => {
  const text = minimalDescriptor.replaceAll(/role: (owner|steward)/g, 'role: engineer');

  expect(problemsOf(text).map((problem) => problem.expected)).toEqual([
    'at least one member with the role owner',
    'at least one member with the role steward',
  ]);
});

test('reports every problem at once', () => {
  const text = minimalDescriptor.replace('name: Orders', 'name: 7').replace('tenant: acme\n', '');

  expect(problemsOf(text)).toEqual([
    { path: 'name', expected: 'a value of type string', given: '7', line: 4 },
    { path: 'tenant', expected: 'a value of type string', given: 'nothing', line: 1 },
  ]);
});

test.each(['', 'null', '[]', 'just text', '7'])(
  'answers %j with problems and not with an exception',
  (text) => {
    expect(problemsOf(text)).toHaveLength(1);
  },
);
