import { expect, test } from 'vitest';

import { parseExampleOperation } from '../../../../shared/contract/example-operation.ts';

function problemsOf(text: string) {
  const parsed = parseExampleOperation('a.graphql', text);
  return parsed.ok ? [] : parsed.problems;
}

test('reads the header into values and leaves the operation as it is written', () => {
  const text = `# Title: Revenue of the west
# Scopes: forecast:read  forecast:margin
# Claims: regions=West,East team=finance
# Variables: {"first": 5}

query Revenue($first: Int!) {
  # The newest months come first.
  monthlyFigures(first: $first) { totalCount }
}
`;

  expect(parseExampleOperation('revenue.graphql', text)).toEqual({
    ok: true,
    value: {
      file: 'revenue.graphql',
      title: 'Revenue of the west',
      scopes: ['forecast:read', 'forecast:margin'],
      claims: { regions: ['West', 'East'], team: ['finance'] },
      variables: { first: 5 },
      operationKind: 'query',
      operationName: 'Revenue',
      document:
        'query Revenue($first: Int!) {\n  # The newest months come first.\n  monthlyFigures(first: $first) { totalCount }\n}\n',
    },
  });
});

test('needs nothing but a title', () => {
  expect(parseExampleOperation('a.graphql', '# Title: A\nmutation B { c }\n')).toMatchObject({
    ok: true,
    value: { scopes: [], claims: {}, variables: {}, operationKind: 'mutation' },
  });
});

test.each([
  ['no title', '# Scopes: a\nquery A { b }', 'Title', 1],
  ['an empty title', '# Title:\nquery A { b }', 'Title', 1],
  ['an unknown header', '# Title: A\n# Owner: me\nquery A { b }', 'Owner', 2],
  ['a header that stands twice', '# Title: A\n# Title: B\nquery A { b }', 'Title', 2],
  ['a claim without a value', '# Title: A\n# Claims: regions\nquery A { b }', 'Claims', 2],
  ['variables that are not JSON', '# Title: A\n# Variables: {a: 1}\nquery A { b }', 'Variables', 2],
  ['variables that are a list', '# Title: A\n# Variables: []\nquery A { b }', 'Variables', 2],
  ['an operation without a name', '# Title: A\nquery { b }', '', 2],
  ['two operations', '# Title: A\nquery A { b }\nquery B { b }', '', 2],
  ['no operation', '# Title: A\n', '', 2],
  ['broken syntax', '# Title: A\nquery A { b', '', 2],
])('refuses %s and names the line', (_, text, path, line) => {
  expect(problemsOf(text)).toMatchObject([{ path, line }]);
});
