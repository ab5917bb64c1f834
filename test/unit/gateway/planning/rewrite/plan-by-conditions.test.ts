import type { PlanNode } from '@apollo/query-planner';
import { type DocumentNode, parse, print } from 'graphql';
import { expect, test } from 'vitest';
import { planByConditions } from '../../../../../gateway/planning/rewrite/plan-by-conditions.ts';
import { createFederation, type FixtureSubgraph } from '../../../../support/federation-fixture.ts';

const catalog: FixtureSubgraph = {
  name: 'catalog',
  sdl: 'type Query { item: Item } type Item @key(fields: "id") { id: ID! secret: String weight: Int }',
  resolvers: { Query: { item: () => ({ id: '1', secret: 's', weight: 3 }) } },
};

const shipping: FixtureSubgraph = {
  name: 'shipping',
  sdl: `
    type Query { shipping: Int }
    type Item @key(fields: "id") {
      id: ID! secret: String @external weight: Int @external
      code: String @requires(fields: "secret")
      fee: String @requires(fields: "weight")
    }
  `,
  resolvers: {
    Item: {
      __resolveReference: (given: unknown) => given,
      code: ({ secret }: { secret: string }) => `code of ${secret}`,
      fee: ({ weight }: { weight: number }) => `fee of ${weight}`,
    },
  },
};

const subgraphs = [catalog, shipping];

test.each([
  [true, false, { fee: 'fee of 3' }],
  [true, true, { fee: 'fee of 3' }],
  [false, true, { code: 'code of s', fee: 'fee of 3' }],
])(
  'an input that is skipped takes no other field with it: %j %j',
  async (skip, weigh, expected) => {
    const federation = createFederation(subgraphs);

    const { data, problems } = await federation.ask(
      'query ($skip: Boolean!, $weigh: Boolean!) { item { code @skip(if: $skip) fee ... @include(if: $weigh) { weight @skip(if: true) } } }',
      { skip, weigh },
    );

    expect(problems).toEqual([]);
    expect(data).toEqual({ item: expected });
  },
);

test('plans what is left for each value', () => {
  const document = parse('query ($a: Boolean!) { x { y @skip(if: $a) } z @include(if: $a) { w } }');
  const planned: string[] = [];
  const plan = (one: DocumentNode): PlanNode => {
    planned.push(print(one).replace(/\s+/g, ' '));
    return { kind: 'Sequence', nodes: [] };
  };

  const node = planByConditions(document, new Set(['y']), plan);

  expect(planned).toEqual([
    'query ($a: Boolean!) { x { __typename } z { w } }',
    'query ($a: Boolean!) { x { y } }',
  ]);
  expect(node).toMatchObject({ kind: 'Condition', condition: 'a' });
});

test.each([
  ['nothing requires', new Set<string>()],
  ['nothing that requires is selected', new Set(['other'])],
])('plans once where %s', (_what, requiring) => {
  const document = parse('query ($a: Boolean!) { x @skip(if: $a) }');
  const planned: DocumentNode[] = [];

  planByConditions(document, requiring, (one) => {
    planned.push(one);
    return null;
  });

  expect(planned).toEqual([document]);
});
