import { ApolloGateway, LocalGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import type { FormattedExecutionResult } from 'graphql';
import { expect, test } from 'vitest';
import { createFederation, type FixtureSubgraph } from '../support/federation-fixture.ts';

/**
 * Plans that need every trick of the planner: interfaces, unions, interface
 * objects, renamed fields, inputs from other subgraphs. The reference gateway
 * answers the same operations from the same subgraphs.
 */
const catalog: FixtureSubgraph = {
  name: 'catalog',
  sdl: `
    type Query { media: [Media!]! search: [Hit!]! node(id: ID!): Media }
    interface Media @key(fields: "id") { id: ID! title: String }
    type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int! weight: Int shape: Shape! }
    type Film implements Media @key(fields: "id") { id: ID! title: String minutes: Int! }
    union Hit = Book | Film | Place
    type Place @key(fields: "name country { code }") { name: String! country: Country! }
    type Country { code: ID! }
    type Shape { width: Int! height: Int! }
  `,
  resolvers: {
    Query: {
      media: () => media,
      search: () => [...media, { __typename: 'Place', name: 'Oslo', country: { code: 'NO' } }],
      node: (_: unknown, { id }: { id: string }) => media.find((one) => one.id === id),
    },
    Media: {
      __resolveType: ({ __typename }: { __typename: string }) => __typename,
      __resolveReference: ({ id }: { id: string }) => media.find((one) => one.id === id),
    },
    Hit: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
    Book: { __resolveReference: ({ id }: { id: string }) => media.find((one) => one.id === id) },
    Film: { __resolveReference: ({ id }: { id: string }) => media.find((one) => one.id === id) },
  },
};

const media = [
  {
    __typename: 'Book',
    id: 'b1',
    title: 'Emma',
    pages: 400,
    weight: 3,
    shape: { width: 2, height: 5 },
  },
  { __typename: 'Film', id: 'f1', title: 'Heat', minutes: 170 },
  {
    __typename: 'Book',
    id: 'b2',
    title: null,
    pages: 90,
    weight: null,
    shape: { width: 1, height: 1 },
  },
];

const ratings: FixtureSubgraph = {
  name: 'ratings',
  sdl: `
    type Query { best: Media }
    type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int! votes(min: Int = 0): [Vote!]! }
    type Vote { by: String! value: Int! on: Media! }
  `,
  resolvers: {
    Query: { best: () => ({ id: 'b1' }) },
    Media: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      stars: ({ id }: { id: string }) => id.length + Number(id.at(1)),
      votes: ({ id }: { id: string }, { min }: { min: number }) =>
        [1, 3, 5]
          .filter((value) => value >= min)
          .map((value) => ({ by: `v${value}`, value, on: { id } })),
    },
  },
};

const delivery: FixtureSubgraph = {
  name: 'delivery',
  sdl: `
    type Query { carrier: String }
    type Book @key(fields: "id") {
      id: ID!
      weight: Int @external
      shape: Shape! @external
      fee(express: Boolean = false): String @requires(fields: "weight shape { width height }")
      length: Int!
    }
    type Film @key(fields: "id") { id: ID! length: String! }
    type Shape { width: Int! @external height: Int! @external }
    type Place @key(fields: "name country { code }") { name: String! country: Country! zone: String! }
    type Country { code: ID! }
  `,
  resolvers: {
    Query: { carrier: () => 'Pigeon' },
    Book: {
      __resolveReference: (book: unknown) => book,
      fee: (
        book: { weight: number | null; shape: { width: number; height: number } },
        { express }: { express: boolean },
      ) => `${book.weight}x${book.shape.width}x${book.shape.height}${express ? '!' : ''}`,
      length: ({ id }: { id: string }) => id.length,
    },
    Film: { __resolveReference: (film: unknown) => film, length: () => 'long' },
    Place: {
      __resolveReference: (place: unknown) => place,
      zone: ({ name, country }: { name: string; country: { code: string } }) =>
        `${name}/${country.code}`,
    },
  },
};

const operations = [
  '{ media { __typename id title } }',
  '{ media { id ... on Book { pages } ... on Film { minutes } stars } }',
  '{ media { stars votes(min: 2) { value on { id title __typename } } } }',
  '{ best { id stars } }',
  '{ best { __typename stars title ... on Book { pages fee } } }',
  '{ search { __typename ... on Media { title stars } ... on Place { zone country { code } } } }',
  '{ search { ... on Book { length fee(express: true) } ... on Film { len: length } } }',
  '{ search { ... on Book { size: length } ... on Film { size: minutes } } }',
  '{ search { ... on Book { fee a: fee(express: true) shape { width } } } }',
  'query ($id: ID!, $x: Boolean!) { node(id: $id) { ... @include(if: $x) { stars title } ... on Book @skip(if: $x) { fee } } }',
  '{ node(id: "none") { stars } carrier }',
  '{ a: node(id: "b2") { title stars ... on Book { fee } } b: node(id: "f1") { t: __typename stars } }',
];

const subgraphs = [catalog, ratings, delivery];
const federation = () => createFederation(subgraphs);

const engineAndReference = () => {
  const engine = federation();
  const gateway = new ApolloGateway({
    supergraphSdl: engine.supergraphSdl,
    buildService: ({ name }) => new LocalGraphQLDataSource(engine.schemas.get(name) as never),
  });
  return { engine, server: new ApolloServer({ gateway }) };
};

test.each(operations)('answers as the reference gateway does: %s', async (query) => {
  const { engine, server } = engineAndReference();
  const conditions = query.startsWith('query') ? [true, false] : [true];

  for (const x of conditions) {
    const variables = { id: 'b1', x };
    const { body } = await server.executeOperation({ query, variables });
    const { data, errors } = (body as { singleResult: FormattedExecutionResult }).singleResult;
    const result = await engine.ask(query, variables);

    expect(errors).toBeUndefined();
    expect(result.problems).toEqual([]);
    expect(JSON.stringify(result.data)).toBe(JSON.stringify(data));
  }
  await server.stop();
});

test('asks an interface object by the name of its interface', async () => {
  const engine = federation();

  await engine.ask('{ media { stars } }');

  expect(engine.sent.at(-1)?.variables.representations).toEqual([
    { __typename: 'Media', id: 'b1' },
    { __typename: 'Media', id: 'f1' },
    { __typename: 'Media', id: 'b2' },
  ]);
});

test('reports an object whose concrete type no subgraph told', async () => {
  const engine = federation();
  engine.override('catalog', () => ({ ok: true, data: { _entities: [null] }, errors: [] }));

  const result = await engine.ask('{ best { __typename stars } }');

  expect(result.data).toEqual({ best: null });
  expect(result.problems.map(({ code, path }) => [code, path])).toEqual([
    ['RESPONSE_VALUE_INVALID', ['best', '__typename']],
  ]);
});
