/**
 * Subgraphs whose operations need every trick of the planner: interfaces, unions,
 * interface objects, renamed fields, inputs from other subgraphs.
 *
 * @module
 */
import type { FixtureSubgraph } from './federation-fixture.ts';

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

/** Operations that need all of it; those with variables are meant for `$x` true and false. */
export const ABSTRACT_TYPE_OPERATIONS: readonly string[] = [
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

export const ABSTRACT_TYPES: readonly FixtureSubgraph[] = [catalog, ratings, delivery];

/** The variables to ask one of the operations with, one after the other. */
export function variablesFor(
  operation: string,
): readonly { readonly id: string; readonly x: boolean }[] {
  const conditions = operation.startsWith('query') ? [true, false] : [true];
  return conditions.map((x) => ({ id: 'b1', x }));
}
