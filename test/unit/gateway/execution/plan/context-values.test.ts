import { expect, test } from 'vitest';
import { createFederation, type FixtureSubgraph } from '../../../../support/federation-fixture.ts';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.8",
  import: ["@key", "@shareable", "@external", "@context", "@fromContext"])\n`;

const order = (id: string, currency: string | null, lineIds: readonly string[]) => ({
  __typename: 'Order',
  id,
  currency,
  tags: currency === null ? [] : [`${currency}-1`, null],
  lines: lineIds.map((line) => ({ id: line })),
  grid: [lineIds.map((line) => ({ id: line })), null],
});

const orders = [
  order('o1', 'EUR', ['l1', 'l2']),
  order('o2', 'NOK', ['l1']),
  order('o3', null, ['l1']),
];

const viewer = {
  __typename: 'Viewer',
  id: 'v',
  money: { code: 'CHF' },
  lines: [{ id: 'l1' }],
  orders,
};

const shop: FixtureSubgraph = {
  name: 'shop',
  sdl: `${LINK}
    type Query { orders: [Order!]! viewer: Viewer desks: [Desk!]! }
    interface Desk { lines: [Line!]! }
    type Viewer implements Desk @context(name: "money") @context(name: "tagged") { id: ID! tags: [String] money: Money lines: [Line!]! orders: [Order!]! }
    type Money { code: String }
    type Order implements Desk @key(fields: "id") @context(name: "money") @context(name: "tagged") {
      id: ID! currency: String tags: [String] lines: [Line!]! grid: [[Line!]]
    }
    type Line @key(fields: "id") {
      id: ID!
      next: Line
      tagged(tags: [String] @fromContext(field: "$tagged { tags }")): String
      price(times: Int = 1, currency: String @fromContext(
        field: "$money ... on Order { currency } ... on Viewer { money { code } }")): String
    }
  `,
  resolvers: {
    Query: { orders: () => orders, viewer: () => viewer, desks: () => [viewer, ...orders] },
    Desk: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
    Line: {
      __resolveReference: (line: unknown) => line,
      next: ({ id }: { id: string }) => ({ id: id === 'l1' ? 'l2' : 'l1' }),
      tagged: ({ id }: { id: string }, { tags }: { tags: unknown }) => `${id} ${tags}`,
      price: ({ id }: { id: string }, given: { times: number; currency?: string | null }) =>
        `${id} ${given.times} ${given.currency}`,
    },
  },
};

const customs: FixtureSubgraph = {
  name: 'customs',
  sdl: `${LINK}
    type Query { customs: String }
    type Order @key(fields: "id") @context(name: "zone") { id: ID! zone: String @external parcels: [Parcel!] }
    type Line @key(fields: "id") { id: ID! weight: Int }
    type Parcel @key(fields: "id") { id: ID! line: Line!
      duty(zone: String @fromContext(field: "$zone { zone }")): String }
  `,
  resolvers: {
    Order: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      parcels: () => [{ id: 'p1' }],
    },
    Line: { __resolveReference: (line: unknown) => line, weight: () => 7 },
    Parcel: {
      __resolveReference: (parcel: unknown) => parcel,
      line: () => ({ id: 'l1' }),
      duty: ({ id }: { id: string }, { zone }: { zone: string }) => `${id} ${zone}`,
    },
  },
};

const zones: FixtureSubgraph = {
  name: 'zones',
  sdl: `${LINK}
    type Query { zones: String }
    type Order @key(fields: "id") { id: ID! zone: String }
  `,
  resolvers: {
    Order: { __resolveReference: ({ id }: { id: string }) => ({ id, zone: `z-${id}` }) },
  },
};

const subgraphs = [shop, customs, zones];

const answerTo = async (query: string) => {
  const { data, problems } = await createFederation(subgraphs).ask(query);
  expect(problems).toEqual([]);
  return data;
};

test('gives one entity the value of each place where it stands', async () => {
  expect(await answerTo('{ orders { lines { id price } } }')).toEqual({
    orders: [
      {
        lines: [
          { id: 'l1', price: 'l1 1 EUR' },
          { id: 'l2', price: 'l2 1 EUR' },
        ],
      },
      { lines: [{ id: 'l1', price: 'l1 1 NOK' }] },
      { lines: [{ id: 'l1', price: 'l1 1 null' }] },
    ],
  });
});

test('takes the value from the nearest object that sets it', async () => {
  const data = await answerTo(
    '{ viewer { lines { price(times: 2) } orders { lines { next { next { price } } } } } }',
  );

  expect(data).toEqual({
    viewer: {
      lines: [{ price: 'l1 2 CHF' }],
      orders: [
        {
          lines: [
            { next: { next: { price: 'l1 1 EUR' } } },
            { next: { next: { price: 'l2 1 EUR' } } },
          ],
        },
        { lines: [{ next: { next: { price: 'l1 1 NOK' } } }] },
        { lines: [{ next: { next: { price: 'l1 1 null' } } }] },
      ],
    },
  });
});

test('climbs through lists of lists', async () => {
  expect(await answerTo('{ orders { grid { price } } }')).toEqual({
    orders: [
      { grid: [[{ price: 'l1 1 EUR' }, { price: 'l2 1 EUR' }], null] },
      { grid: [[{ price: 'l1 1 NOK' }], null] },
      { grid: [[{ price: 'l1 1 null' }], null] },
    ],
  });
});

test('takes the value that belongs to the concrete type around', async () => {
  const query = `{ desks { __typename ... on Viewer { lines { price } } ... on Order { lines { price } } } }`;

  expect(await answerTo(query)).toEqual({
    desks: [
      { __typename: 'Viewer', lines: [{ price: 'l1 1 CHF' }] },
      { __typename: 'Order', lines: [{ price: 'l1 1 EUR' }, { price: 'l2 1 EUR' }] },
      { __typename: 'Order', lines: [{ price: 'l1 1 NOK' }] },
      { __typename: 'Order', lines: [{ price: 'l1 1 null' }] },
    ],
  });
});

test('one fetch for places of two types takes from each what it has', async () => {
  const query = '{ desks { ... on Order { lines { tagged } } ... on Viewer { lines { price } } } }';

  expect(await answerTo(query)).toEqual({
    desks: [
      { lines: [{ price: 'l1 1 CHF' }] },
      { lines: [{ tagged: 'l1 EUR-1,' }, { tagged: 'l2 EUR-1,' }] },
      { lines: [{ tagged: 'l1 NOK-1,' }] },
      { lines: [{ tagged: 'l1 ' }] },
    ],
  });
});

test('entities of different surroundings never share a call', async () => {
  const federation = createFederation(subgraphs);

  await federation.ask('{ orders { lines { price } } }');

  expect(federation.sent.slice(1).map(({ variables }) => variables)).toEqual([
    {
      contextualArgument_2_0: 'EUR',
      representations: [
        { __typename: 'Line', id: 'l1' },
        { __typename: 'Line', id: 'l2' },
      ],
    },
    { contextualArgument_2_0: 'NOK', representations: [{ __typename: 'Line', id: 'l1' }] },
    { contextualArgument_2_0: null, representations: [{ __typename: 'Line', id: 'l1' }] },
  ]);
});

test('takes a value that another product knows', async () => {
  expect(await answerTo('{ orders { parcels { id duty } } }')).toEqual({
    orders: ['o1', 'o2', 'o3'].map((id) => ({ parcels: [{ id: 'p1', duty: `p1 z-${id}` }] })),
  });
});

test('does not ask for an entity whose context could not be read', async () => {
  const federation = createFederation(subgraphs);
  federation.override('zones', () => ({
    ok: false,
    code: 'SUBGRAPH_UNREACHABLE',
    message: 'The data product "zones" could not be reached; try again later.',
  }));

  const { data, problems } = await federation.ask('{ orders { id parcels { duty } } }');

  expect(data).toEqual({
    orders: ['o1', 'o2', 'o3'].map((id) => ({ id, parcels: null })),
  });
  expect(problems.map(({ code, path }) => [code, path])).toEqual([
    ['SUBGRAPH_UNREACHABLE', ['orders']],
  ]);
});
